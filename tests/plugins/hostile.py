"""A plugin that does what no plugin should, as its caller asks. Speaks the protocol by hand: an SDK would keep it from mistakes."""

import json
import os
import signal
import socket
import sys
import time

state = {"ignores_stop": False}


def say(text):
    os.write(1, text.encode())


def answer(number, outputs):
    say(json.dumps({"jsonrpc": "2.0", "id": number, "result": {"outputs": outputs}}) + "\n")


def forever(work):
    while True:
        work()


def fork_without_end(_, __):
    while True:
        try:
            if os.fork() == 0:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                os.setsid()
        except OSError:
            time.sleep(0.01)


def fork_some(number, what):
    made = 0
    for _ in range(int(what)):
        try:
            if os.fork() == 0:
                os.setsid()
                time.sleep(600)
                os._exit(0)
        except OSError as error:
            return answer(number, {"text": f"{made} {type(error).__name__}"})
        made += 1
    answer(number, {"text": f"{made} all"})


def eat_memory(number, what):
    kept = []
    try:
        for _ in range(int(what)):
            kept.append(bytearray(b"x") * (1 << 20))
    except MemoryError:
        return answer(number, {"text": f"MemoryError after {len(kept)} MiB" if len(kept) < int(what) else ""})
    answer(number, {"text": f"all {len(kept)} MiB"})


def share_zeros(what):
    """Memory by way of a device: shared, and in nobody's data."""
    import mmap
    zeros = os.open("/dev/zero", os.O_RDWR)
    piece = mmap.mmap(zeros, int(what) << 20)
    for at in range(0, len(piece), 4096):
        piece[at] = 1
    return f"all {what} MiB"


def grow_down(what):
    """A mapping that is a stack to the kernel."""
    import mmap
    piece = mmap.mmap(-1, int(what) << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x100)
    for at in range(0, len(piece), 4096):
        piece[at] = 1
    return f"all {what} MiB"


def grow_stack(_):
    """The most stack that a program which it runs may have."""
    import resource
    try:
        resource.setrlimit(resource.RLIMIT_STACK, (1 << 30, 1 << 30))
    except (ValueError, OSError):
        return resource.getrlimit(resource.RLIMIT_STACK)[1]
    return "a GiB"


def semaphores(_):
    import ctypes
    library = ctypes.CDLL(None, use_errno=True)
    made = [library.semget(0, 1000, 0o600), library.msgget(0, 0o600)]
    if max(made) >= 0:
        return made
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def share_memory(number, what):
    import mmap
    kept = []
    try:
        for _ in range(int(what)):
            piece = mmap.mmap(-1, 1 << 20)
            piece.write(b"x" * (1 << 20))
            kept.append(piece)
    except OSError as error:
        return answer(number, {"text": f"{type(error).__name__} after {len(kept)} MiB"})
    answer(number, {"text": f"all {len(kept)} MiB"})


def open_files(number, _):
    kept = []
    try:
        while len(kept) < 100000:
            kept.append(open("/dev/null"))
    except OSError as error:
        count = len(kept)
        kept.clear()
        return answer(number, {"text": f"{error.strerror}: {count}"})
    answer(number, {"text": "never"})


def tried(work):
    def do(number, what):
        try:
            answer(number, {"text": "done: " + str(work(what))})
        except Exception as error:
            answer(number, {"text": f"refused: {type(error).__name__}: {error}"})
    return do


def connect(what):
    host, port = what.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=5) as link:
        link.sendall(b"GET /test.html HTTP/1.0\r\n\r\n")
        return link.recv(20)


def listen(_):
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", 0))
        except PermissionError:
            pass  # Landlock's; without it the port is bound, or the kernel finds one
        listener.listen()
        return listener.getsockname()


def unix_socket(what):
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(what)
        return "connected"


def read(what):
    with open(what, "rb") as file:
        return file.read(200)


def write(what):
    with open(what, "w") as file:
        return file.write("x")


def change_mode(what):
    os.chmod(what, 0o777)
    return oct(os.stat(what).st_mode)


def change_time(what):
    os.utime(what, (0, 0))
    return os.stat(what).st_mtime


def limit(what):
    import resource
    return resource.prlimit(int(what), resource.RLIMIT_NOFILE, (32, 32))


def system_call(what):
    import ctypes
    library = ctypes.CDLL(None, use_errno=True)
    number, *arguments = [int(x) for x in what.split(",")]
    result = library.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def kill_everybody(_):
    os.kill(-1, 0)
    return "signals reach others"


def others(_):
    return sorted(name for name in os.listdir("/proc") if name.isdigit())


DEEDS = {
    "echo": lambda number, what: answer(number, {"text": what}),
    "slow": lambda number, what: (time.sleep(float(what)), answer(number, {"text": "slow"})),
    "exit": lambda number, what: os._exit(int(what)),
    "abort": lambda number, what: os.abort(),
    "answer_and_exit": lambda number, what: (answer(number, {"text": what}), os._exit(0)),
    "refuse": lambda number, what: say(json.dumps({"jsonrpc": "2.0", "id": number, "error": {"code": 5, "message": what}}) + "\n"),
    "hang": lambda number, what: forever(lambda: time.sleep(60)),
    "spin": lambda number, what: forever(lambda: None),
    "silent": lambda number, what: None,
    "flood_line": lambda number, what: forever(lambda: say("x" * 65536)),
    "flood_log": lambda number, what: forever(lambda: say('{"jsonrpc":"2.0","method":"log","params":{"message":"flood"}}\n' * 100)),
    "flood_asks": lambda number, what: forever(lambda: say('{"jsonrpc":"2.0","id":"a","method":"users","params":{}}\n' * 100)),
    "flood_subscribe": lambda number, what: forever(lambda: say('{"jsonrpc":"2.0","method":"subscribe"}\n' * 100)),
    "flood_answers": lambda number, what: forever(lambda: say('{"jsonrpc":"2.0","id":1,"result":{}}\n' * 100)),
    "flood_errors": lambda number, what: forever(lambda: os.write(2, b"noise " * 1000 + b"\n")),
    "errors_line": lambda number, what: (os.write(2, what.encode() * 5000 + b"\nafter\n"), answer(number, {"text": "said"})),
    "say": lambda number, what: (say(what + "\n"), time.sleep(60)),
    "say_with_id": lambda number, what: (say(what.replace("ID", str(number)) + "\n"), time.sleep(0.2)),
    "result": lambda number, what: say(f'{{"jsonrpc":"2.0","id":{number},"result":{what}}}\n'),
    "close_output": lambda number, what: (os.close(1), time.sleep(60)),
    "close_input": lambda number, what: (os.close(0), answer(number, {"text": "closed"}), time.sleep(60)),
    "fork_without_end": fork_without_end,
    "fork_some": fork_some,
    "eat_memory": eat_memory,
    "share_memory": share_memory,
    "share_zeros": tried(share_zeros),
    "grow_down": tried(grow_down),
    "grow_stack": tried(grow_stack),
    "semaphores": tried(semaphores),
    "open_files": open_files,
    "connect": tried(connect),
    "listen": tried(listen),
    "unix_socket": tried(unix_socket),
    "read": tried(read),
    "list": tried(lambda what: sorted(os.listdir(what))),
    "write": tried(write),
    "change_mode": tried(change_mode),
    "change_time": tried(change_time),
    "limit": tried(limit),
    "system_call": tried(system_call),
    "run": tried(lambda what: os.popen(what).read()),
    "kill_everybody": tried(kill_everybody),
    "others": tried(others),
    "about": lambda number, what: answer(number, {"text": json.dumps({
        "environment": dict(os.environ), "uid": os.getuid(), "pid": os.getpid(), "folder": os.getcwd(),
        "descriptors": sorted(n for n in range(0, 256) if is_open(n))})}),
    "ignore_stop": lambda number, what: (state.update(ignores_stop=True), answer(number, {"text": "ignored from now on"})),
}


def is_open(number):
    try:
        os.fstat(number)
        return True
    except OSError:
        return False


def main():
    if len(sys.argv) > 1 and sys.argv[1] == "exit_at_once":
        sys.exit(7)
    if len(sys.argv) > 1 and sys.argv[1] == "never_ready":
        time.sleep(600)
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if message["method"] == "initialize":
            say(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": {"protocol": 1}}) + "\n")
        elif message["method"] == "call":
            inputs = message["params"]["inputs"]
            DEEDS[inputs["do"]](message["id"], inputs["what"])
        elif message["method"] == "stop" and not state["ignores_stop"]:
            return
    while state["ignores_stop"]:
        time.sleep(60)


main()
