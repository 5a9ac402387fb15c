"""Models of TensorFlow: SavedModels that compute what waza's parts compute, without waza."""
