"""Pictures made in the tests, and the size of those that come back."""

import os
import struct
import zlib


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_of(width, height, colour_type, rows):
    head = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def png(width, height, pixel=lambda x, y: (x * 255 // 600 % 256, y % 256, 90), alpha=False):
    rows = b"".join(b"\0" + bytes(value for x in range(width) for value in pixel(x, y)) for y in range(height))
    return png_of(width, height, 6 if alpha else 2, rows)


def noise(width, height):
    """As large as a photograph of its size may be."""
    return png_of(width, height, 2, b"".join(b"\0" + os.urandom(3 * width) for _ in range(height)))


def size_of(content):
    """Width and height, as the file's own header has them."""
    if content.startswith(b"\x89PNG"):
        return struct.unpack(">II", content[16:24])
    assert content.startswith(b"\xff\xd8\xff") and content.endswith(b"\xff\xd9")
    at = 2
    while content[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + struct.unpack(">H", content[at + 2:at + 4])[0]
    height, width = struct.unpack(">HH", content[at + 5:at + 9])
    return width, height
