"""The control API ``/control/v1`` (CONTRACTS §11), ``/ready`` and what else the control port serves at its root."""
