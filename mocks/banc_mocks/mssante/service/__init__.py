"""What an MSSanté operator decides: who opens which mailbox, what is taken, where it goes, what comes back."""
