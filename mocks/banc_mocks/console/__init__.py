"""The web console on the control port: what did my software just send, and what is wrong with it."""
