"""Pro Santé Connect, the national OpenID provider of health professionals, as pure functions.

``names`` holds the vocabulary, ``discovery`` the provider's documents, ``build`` the claims of tokens and userinfo,
``read`` what a relying party sent, and ``rules`` the judgements over it.
"""
