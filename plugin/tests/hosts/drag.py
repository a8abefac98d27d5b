"""A file that is dragged onto a window: the source's side of XDND, version 5, as file managers speak it.

The messages go to the innermost window below the pointer that says it takes drags: the plugin's own, inside the host's.
"""

import time
from pathlib import Path

from Xlib import X, display
from Xlib.protocol import event


class Drag:
    """Speaks for one file; `at(x, y)` moves it, in pixels of the screen, and `drop()` lets it go."""

    def __init__(self, path: Path):
        self.display = display.Display()
        self.root = self.display.screen().root
        self.window = self.root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self.uri = (path.as_uri() + "\r\n").encode()
        self.target = None
        self.accepted = False
        self.finished = False
        self.window.set_selection_owner(self.atom("XdndSelection"), X.CurrentTime)
        self.display.sync()

    def atom(self, name: str) -> int:
        return self.display.get_atom(name)

    def below(self, x: int, y: int):
        """The innermost window there that takes drags."""
        window, found = self.root, None
        while child := window.translate_coords(self.root, x, y).child:
            window = child
            if window.get_full_property(self.atom("XdndAware"), X.AnyPropertyType):
                found = window
        return found

    def send(self, name: str, *numbers: int):
        data = (32, [self.window.id, *numbers] + [0] * (4 - len(numbers)))
        message = event.ClientMessage(window=self.target, client_type=self.atom(name), data=data)
        self.target.send_event(message)
        self.display.flush()

    def answer(self, seconds: float, done):
        """Answers what the target asks, until `done` or the time is up; whether it was done."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not done():
            while self.display.pending_events():
                self.handle(self.display.next_event())
            time.sleep(0.01)
        return done()

    def handle(self, got):
        if got.type == X.SelectionRequest:
            got.requestor.change_property(got.property, got.target, 8, self.uri)
            reply = event.SelectionNotify(time=got.time, requestor=got.requestor, selection=got.selection, target=got.target, property=got.property)
            got.requestor.send_event(reply)
            self.display.flush()
        elif got.type == X.ClientMessage and got.client_type == self.atom("XdndStatus"):
            self.accepted = bool(got.data[1][1] & 1)
        elif got.type == X.ClientMessage and got.client_type == self.atom("XdndFinished"):
            self.finished = True

    def at(self, x: int, y: int):
        """There, twice: the first message makes the target ask what it is, the second one tells where."""
        if self.target is None:
            self.target = self.below(x, y)
            assert self.target, f"no window at {x}, {y} takes drags"
            self.send("XdndEnter", 5 << 24, self.atom("text/uri-list"))
        for _ in range(2):
            self.accepted = False
            self.send("XdndPosition", 0, x << 16 | y, X.CurrentTime, self.atom("XdndActionCopy"))
            assert self.answer(5, lambda: self.accepted), "the window does not take the file"

    def drop(self):
        self.send("XdndDrop", 0, X.CurrentTime)
        assert self.answer(5, lambda: self.finished), "the window did not say that it has the file"
        self.display.close()
