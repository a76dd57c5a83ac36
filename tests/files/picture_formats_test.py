"""Pictures as other programs write them: each format comes in upright and in its colours, and what is made to hurt is refused."""

import io
import pathlib
import struct
import zlib

import pytest
from PIL import Image

from picture import chunk
from stored import Server, ask, put, rows

RED, GREEN, BLUE, WHITE = (254, 0, 0), (0, 128, 0), (0, 0, 254), (255, 255, 255)
SIZE = (640, 480)


def quarters(size=SIZE, mode="RGB"):
    picture = Image.new("RGB", size, WHITE)
    half = (size[0] // 2, size[1] // 2)
    picture.paste(RED, (0, 0, *half))
    picture.paste(GREEN, (half[0], 0, size[0], half[1]))
    picture.paste(BLUE, (0, half[1], half[0], size[1]))
    return picture.convert(mode)


def saved(picture, form, **how):
    out = io.BytesIO()
    picture.save(out, form, **how)
    return out.getvalue()


def turned(orientation, transpose):
    """What a camera that was held so has stored of the upright picture."""
    exif = Image.Exif()
    exif[274] = orientation
    exif[271] = "Camera of the test"
    return saved(quarters().transpose(transpose) if transpose is not None else quarters(), "JPEG", exif=exif, quality=95)


def animated(form, **how):
    others = [Image.new("RGB", SIZE, colour) for colour in (BLUE, RED)]
    return saved(quarters(), form, save_all=True, append_images=others, duration=50, **how)


def sixteen_bits():
    """Pillow writes 16 bits of grey alone."""
    row = b"\0" + b"".join(struct.pack(">HHH", *(257 * value for value in colour)) for colour in [RED] * 320 + [GREEN] * 320)
    low = b"\0" + b"".join(struct.pack(">HHH", *(257 * value for value in colour)) for colour in [BLUE] * 320 + [WHITE] * 320)
    head = struct.pack(">IIBBBBB", *SIZE, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * 240 + low * 240)) + chunk(b"IEND", b"")


TURNS = [(1, None), (2, Image.Transpose.FLIP_LEFT_RIGHT), (3, Image.Transpose.ROTATE_180), (4, Image.Transpose.FLIP_TOP_BOTTOM),
         (5, Image.Transpose.TRANSPOSE), (6, Image.Transpose.ROTATE_90), (7, Image.Transpose.TRANSVERSE), (8, Image.Transpose.ROTATE_270)]
PICTURES = {
    "jpeg": lambda: saved(quarters(), "JPEG", quality=95),
    "jpeg progressive": lambda: saved(quarters(), "JPEG", quality=95, progressive=True),
    "jpeg in full colour": lambda: saved(quarters(), "JPEG", quality=95, subsampling=0),
    "jpeg of four inks": lambda: saved(quarters(mode="CMYK"), "JPEG", quality=95),
    **{f"jpeg turned {n}": (lambda n=n, how=how: turned(n, how)) for n, how in TURNS},
    "png": lambda: saved(quarters(), "PNG"),
    "png of a palette": lambda: saved(quarters(mode="P"), "PNG"),
    "png with alpha": lambda: saved(quarters(mode="RGBA"), "PNG"),
    "png of 16 bits": sixteen_bits,
    "webp": lambda: saved(quarters(), "WEBP", quality=95),
    "webp without loss": lambda: saved(quarters(), "WEBP", lossless=True),
    "webp animated": lambda: animated("WEBP", lossless=True),
    "gif": lambda: saved(quarters(mode="P"), "GIF"),
    "gif interlaced": lambda: saved(quarters(mode="P"), "GIF", interlace=1),
    "gif animated": lambda: animated("GIF"),
}


@pytest.fixture(scope="module")
def server():
    with Server() as server:
        yield server


def set_avatar(server, content):
    return rows(server, "user", "avatar", "ivan", put(server, "from-a-user.bin", content))


def shown(server, link):
    answer = ask(server, link)
    assert answer.status == 200
    return Image.open(io.BytesIO(answer.body))


def is_near(is_, should):
    return all(abs(a - b) <= 16 for a, b in zip(is_, should))


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_comes_out_upright_in_its_colours_and_three_sizes(server, kind):
    links = set_avatar(server, PICTURES[kind]())
    for link, size in (("link", (352, 264)), ("link96x96", (96, 96)), ("link32x32", (32, 32))):
        out = shown(server, links[link])
        assert (out.format, out.mode, out.size) == ("JPEG", "RGB", size)
        assert not out.getexif() and b"Camera" not in ask(server, links[link]).body
        for (x, y), colour in (((1, 1), RED), ((3, 1), GREEN), ((1, 3), BLUE), ((3, 3), WHITE)):
            pixel = out.getpixel((size[0] * x // 4, size[1] * y // 4))
            assert is_near(pixel, colour), (kind, link, pixel, colour)


def test_grey_stays_grey(server):
    for content in (saved(quarters(mode="L"), "JPEG"), saved(quarters(mode="LA"), "PNG"), saved(quarters(mode="1"), "PNG"),
                    saved(Image.new("I;16", SIZE, 0x8000), "PNG")):
        red, green, blue = shown(server, set_avatar(server, content)["link"]).getpixel((80, 80))
        assert max(red, green, blue) - min(red, green, blue) <= 2


@pytest.mark.parametrize("form, how", [("PNG", {}), ("WEBP", {"lossless": True}), ("WEBP", {"quality": 90})])
def test_what_shines_through_stays_so(server, form, how):
    picture = quarters(mode="RGBA")
    picture.paste((0, 0, 0, 0), (320, 0, 640, 240))
    links = set_avatar(server, saved(picture, form, **how))
    for link in ("link", "link96x96", "link32x32"):
        out = shown(server, links[link])
        assert (out.format, out.mode) == ("PNG", "RGBA")
        assert out.getpixel((out.size[0] * 3 // 4, out.size[1] // 4))[3] == 0
        red = out.getpixel((out.size[0] // 4, out.size[1] // 4))
        assert is_near(red, (*RED, 255)), red


def refused(server, content, words):
    done = server.shell("user", "avatar", "ivan", put(server, "hostile.bin", content), check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr


def bomb(side):
    rows = zlib.compress(bytes((1 + side // 8) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def peak(server):
    """KiB of memory that the server has had at most."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def test_a_picture_of_claimed_size_costs_nothing(server):
    links = set_avatar(server, PICTURES["png"]())
    before = peak(server)
    jpeg = bytearray(saved(quarters((16, 16)), "JPEG"))
    start = jpeg.index(b"\xff\xc0") + 5
    jpeg[start:start + 4] = b"\xff\x00\xff\x00"
    gif = bytearray(saved(quarters((16, 16), "P"), "GIF"))
    gif[6:10] = b"\xff\xff\xff\xff"
    for content in (bomb(12_000), bytes(jpeg), bytes(gif)):
        assert len(content) < 50_000
        refused(server, content, "pixels; at most 50000000")
    assert peak(server) - before < 20_000
    assert ask(server, links["link"]).status == 200


def test_decoding_ends_with_its_time_and_the_next_picture_is_made():
    with Server() as server:
        settings = server.data / "otklik.toml"
        settings.write_text('avatar.time = "1 ms"\n')
        settings.chmod(0o600)
        server.shell("config", "reload")
        for content in (bomb(7_000), saved(Image.new("RGB", (3000, 3000), RED), "WEBP", lossless=True),
                        saved(quarters((4000, 4000), "P"), "GIF"), saved(quarters((4000, 4000)), "JPEG", progressive=True)):
            refused(server, content, "takes too long")
        assert list((server.data / "LocalStorage/Avatars").iterdir()) == []
        settings.write_text("")
        server.shell("config", "reload")
        assert shown(server, set_avatar(server, PICTURES["png"]())["link"]).size == (352, 264)


def test_a_large_photograph_is_made_within_the_limits(server):
    links = set_avatar(server, saved(Image.effect_noise((4000, 3000), 60).convert("RGB"), "JPEG", quality=80, progressive=True))
    assert shown(server, links["link"]).size == (352, 264)
