"""IMAP4rev1 over the mailboxes of the service (RFC 3501), with the few extensions that software relies on."""
