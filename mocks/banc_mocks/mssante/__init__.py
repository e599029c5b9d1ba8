"""MSSanté: an operator of the trust space and Mon espace santé's mail, over SMTP (mssante)."""
