"""Language models: recurrent layers that predict the next token of a text."""
