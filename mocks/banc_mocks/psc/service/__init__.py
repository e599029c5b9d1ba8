"""What Pro Santé Connect decides: who is signed in, which code is worth tokens, which token still lives."""
