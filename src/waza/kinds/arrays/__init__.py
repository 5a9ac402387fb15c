"""Models of arrays, which `waza.fit` trains with a learner of the user's own."""
