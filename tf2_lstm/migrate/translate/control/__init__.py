"""Control flow: loops and conditionals of both kinds, branches for training, loops as cells of their own equations."""
