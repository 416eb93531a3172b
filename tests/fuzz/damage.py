"""Ways to damage the bytes of a file: each takes the bytes, a place in them and a `random.Random`."""


def cut(content, where, draw):
    """Cut off what is behind a place."""
    return content[:where]


def flip(content, where, draw):
    """Flip a bit."""
    return content[:where] + bytes([content[where] ^ 1 << draw.randrange(8)]) + content[where + 1 :]


def another(content, where, draw):
    """Put another byte."""
    return content[:where] + bytes([(content[where] + draw.randrange(1, 256)) % 256]) + content[where + 1 :]


def zeros(content, where, draw):
    """Put zeros over some bytes."""
    size = draw.randrange(1, 30)
    return content[:where] + bytes(len(content[where : where + size])) + content[where + size :]


def longer(content, where, draw):
    """Put some bytes in between."""
    return content[:where] + draw.randbytes(draw.randrange(1, 9)) + content[where:]


def shorter(content, where, draw):
    """Take some bytes out."""
    return content[:where] + content[where + draw.randrange(1, 9) :]


def swapped(content, where, draw):
    """Exchange two parts of the same size."""
    size = draw.choice((1, 4, 16, 100, 4096))
    first, second = sorted((where, draw.randrange(len(content))))
    size = min(size, second - first, len(content) - second)
    one, other = content[first : first + size], content[second : second + size]
    return content[:first] + other + content[first + size : second] + one + content[second + size :]


def many(content, where, draw):
    """Flip bits all over."""
    for _ in range(draw.randrange(2, 40)):
        content = flip(content, draw.randrange(len(content)), draw)
    return content


HOW = [cut, flip, another, zeros, longer, shorter, swapped, many]
