"""Models of dialogues: training, replies to dialogues, and conversations in a terminal."""
