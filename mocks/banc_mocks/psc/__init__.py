"""Pro Santé Connect, simulated: the ``auth`` and ``wallet`` hosts of the national OpenID provider.

Fidelity. Exact: discovery content, claims, userinfo, error codes, single-use codes, exact return addresses.
Approximated: the wallet page (ours, no logo), refresh rotation, lifetimes that no document gives (switches), the SSO
cookie. Absent: CIBA, device flow, pushed requests, request objects, dynamic registration, encrypted tokens, the session
iframe, provider-initiated logout.
"""
