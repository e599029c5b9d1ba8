"""The conformity contract of a proxy e-Santé, as the software that stands before the proxy plays it."""
