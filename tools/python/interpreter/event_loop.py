"""An event loop for a program alone: tasks and sleep, without sockets, pipes and threads."""

import asyncio
import time


class Clock:
    """What `BaseEventLoop` asks for events: there are none, so it only waits."""

    def select(self, timeout):
        if timeout is None:
            raise RuntimeError("every task waits for something that nothing here can bring about")
        if timeout > 0:
            time.sleep(timeout)
        return ()

    def close(self):
        pass


class Loop(asyncio.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = Clock()

    def run_in_executor(self, executor, func, *args):
        """Calls `func` here and at once, as there is no thread to do it."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


def install():
    asyncio.new_event_loop = asyncio.events.new_event_loop = Loop
    asyncio.EventLoop = asyncio.SelectorEventLoop = Loop
