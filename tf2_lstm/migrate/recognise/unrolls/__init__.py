"""How steps follow one another: loops, chains of steps, operations for a whole sequence; and their edges."""
