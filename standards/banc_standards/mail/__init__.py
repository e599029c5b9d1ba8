"""MSSanté mails: messages that carry health documents, their receipts (DSN, MDN), and the rules that judge them."""
