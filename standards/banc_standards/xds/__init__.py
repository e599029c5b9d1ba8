"""XDS metadata in the French profile: submission sets, document entries, associations, and the signature of a lot."""
