"""Makes this process, and what it becomes, a machine without means: no namespace, no Landlock, no seccomp of its own; or with the last
two only."""

import ctypes
import struct

REFUSED = {"landlock_create_ruleset": 444, "seccomp": 317, "unshare": 272}
PERMISSION_DENIED = 0x00050000 | 1
ALLOW = 0x7FFF0000
NAMESPACES = 0x10000000 | 0x20000000 | 0x40000000 | 0x00020000 | 0x08000000 | 0x04000000
CLONE, CLONE3 = 56, 435


def instruction(code, if_true, if_false, value):
    return struct.pack("HBBI", code, if_true, if_false, value)


def make_bare(but_for=()):
    load, equal, masked, give = 0x20, 0x15, 0x54, 0x06
    program = [instruction(load, 0, 0, 0)]
    for name, number in REFUSED.items():
        if name in but_for:
            continue
        program += [instruction(equal, 0, 1, number), instruction(give, 0, 0, PERMISSION_DENIED)]
    program += [instruction(equal, 0, 1, CLONE3), instruction(give, 0, 0, 0x00050000 | 38)]
    program += [instruction(equal, 0, 4, CLONE), instruction(load, 0, 0, 16), instruction(masked, 0, 0, NAMESPACES),
                instruction(equal, 1, 0, 0), instruction(give, 0, 0, PERMISSION_DENIED), instruction(give, 0, 0, ALLOW)]
    code = b"".join(program)
    buffer = ctypes.create_string_buffer(code)
    filter_program = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
    holder = ctypes.create_string_buffer(filter_program)
    library = ctypes.CDLL(None, use_errno=True)
    assert library.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
    if library.prctl(22, 2, ctypes.byref(holder)) != 0:  # PR_SET_SECCOMP by prctl: the server asks by its own call
        raise OSError(ctypes.get_errno(), "seccomp")
