"""Made-up documents by the thousand: the priority types, from the fixtures' people, clean or broken on purpose."""
