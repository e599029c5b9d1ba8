"""INSi, the national identity service (CNAM, SEL-MP-043): messages built, read and judged."""
