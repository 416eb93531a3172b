"""Whole TF1 programs, each with its twin of the same name in `tf2_lstm/programs/`.

Every program has `build()`, which adds its graph to the default graph and returns a `Graph` of
placeholders, fetches and train op; `run(session, built)`, which returns everything the program
computes by name and expects its variables to have values; and `main()`, which does both and prints.
"""
