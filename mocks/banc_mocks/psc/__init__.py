"""Pro Santé Connect, simulated: the ``auth`` and ``wallet`` hosts of the national OpenID provider.

Fidelity. Exact: discovery content, claims, userinfo, error codes, single-use codes, exact return addresses, CIBA in
poll mode, certificate-bound tokens. Approximated: the wallet page (ours, no logo), refresh rotation, lifetimes that no
document gives (switches), the SSO cookie, back-channel logout, the authorization servers of two connected APIs. Absent:
device flow, pushed requests, request objects, dynamic registration, encrypted tokens, the session iframe, the e-Santé
proxy.
"""
