"""Dossier Exemple : une petite application web de soins, avec Pro Santé Connect et INSi."""

NAME = "Dossier Exemple"
VERSION = "1.0.0"
