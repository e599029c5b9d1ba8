"""What a tester does around a run: answers, reviews, and takes up a run that was interrupted."""
