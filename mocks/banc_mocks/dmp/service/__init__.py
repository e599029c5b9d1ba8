"""What the DMP decides: whom it lets in, what it says of a record, what it takes into it."""
