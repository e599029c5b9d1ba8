"""VIHF, the *Vecteur d'Identification et d'Habilitation Formelle*: the SAML 2.0 assertion of the DMP (dmp.md §5)."""
