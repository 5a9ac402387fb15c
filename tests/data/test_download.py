"""Downloads from a local server: whole, truncated, resumed, refused."""

import fcntl
import hashlib
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from waza.core.errors import Error
from waza.data import download
from waza.data.download import remove_part

CONTENT = np.random.default_rng(0).bytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Site:
    """A server on this machine and how it behaves."""

    content: bytes = CONTENT
    ranges: bool = True  # it knows Range
    shift: int = 0  # it sends a range that begins so many bytes late
    sends: int | None = None  # it hangs up after so many bytes of a body
    stalls: bool = False  # it then falls silent instead
    announces: bool = True  # it sends Content-Length
    chunked: bool = False
    status: int | None = None  # it answers this error
    asked: list = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def answer(self, handler):
        asked = handler.headers.get("Range")
        self.asked.append(asked)
        if self.status:
            return handler.send_error(self.status)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.ranges else 0
        if start >= len(self.content):
            handler.send_response(416)
            handler.send_header("Content-Range", f"bytes */{len(self.content)}")
            return handler.end_headers()
        if asked and self.ranges:
            start += self.shift
            handler.send_response(206)
            handler.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        else:
            handler.send_response(200)
        body = self.content[start:]
        if self.chunked:
            handler.send_header("Transfer-Encoding", "chunked")
            cut = body[: self.sends]
            body = b"%x\r\n%s\r\n" % (len(body), cut) + (b"0\r\n\r\n" if cut == body else b"")
        elif self.announces:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body if self.chunked else body[: self.sends])
        if self.stalls:
            self.stop.wait(10)


@pytest.fixture
def site():
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.close_connection = True
            site.answer(self)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.url = f"http://127.0.0.1:{server.server_port}/file.gz"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield site
        site.stop.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sets" / "file.gz"


@pytest.fixture
def part(path):
    path.parent.mkdir()
    return path.with_name("file.gz.part")


def alone(path):
    """The file is there, whole, and nothing beside it."""
    return path.read_bytes() == CONTENT and list(path.parent.iterdir()) == [path]


def test_a_file_arrives_whole_and_tells_how_far_it_is(site, path):
    steps = []
    download(site.url, path, SHA256, lambda *step: steps.append(step))
    assert alone(path)
    assert site.asked == [None]
    assert steps[0] == (0, len(CONTENT)) and steps[-1] == (len(CONTENT), len(CONTENT))
    assert steps == sorted(steps) and len(steps) > 3


@pytest.mark.parametrize("how", [{"announces": False}, {"chunked": True}])
def test_a_file_of_unannounced_length(site, path, how):
    vars(site).update(how)
    steps = []
    download(site.url, path, SHA256, lambda *step: steps.append(step))
    assert alone(path)
    assert {total for _, total in steps} == {None}


def test_a_truncated_transfer_is_told_and_resumed(site, path):
    site.sends = 100_000
    with pytest.raises(Error, match="ended after 100000 of 300000 bytes: run it again"):
        download(site.url, path, SHA256)
    assert not path.exists()
    site.sends = 150_000
    with pytest.raises(Error, match="ended after 250000 of 300000 bytes"):
        download(site.url, path, SHA256)
    steps = []
    download(site.url, path, SHA256, lambda *step: steps.append(step))
    assert alone(path)
    assert site.asked == [None, "bytes=100000-", "bytes=250000-"]
    assert steps[0] == (250_000, 300_000)


def test_a_truncated_transfer_in_chunks(site, path):
    site.chunked, site.sends = True, 100_000
    with pytest.raises(Error, match=r"cannot fetch .*IncompleteRead.*the received part is kept"):
        download(site.url, path, SHA256)
    site.chunked, site.sends = False, None
    download(site.url, path, SHA256)
    assert alone(path)


def test_a_truncated_transfer_of_unannounced_length_is_caught_by_its_checksum(site, path):
    site.announces, site.sends = False, 1000
    with pytest.raises(Error, match="sent another file"):
        download(site.url, path, SHA256)
    assert list(path.parent.iterdir()) == []


def test_a_server_without_ranges_starts_over(site, path, part):
    site.ranges = False
    part.write_bytes(CONTENT[:1000])
    download(site.url, path, SHA256)
    assert alone(path)
    assert site.asked == ["bytes=1000-"]


def test_a_range_that_was_not_asked_for_is_not_used(site, path, part):
    site.shift = 7
    part.write_bytes(CONTENT[:1000])
    download(site.url, path, SHA256)
    assert alone(path)
    assert site.asked == ["bytes=1000-", None]


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("surplus", [0, 5])
def test_a_part_no_shorter_than_the_file_starts_over(site, path, part, ranges, surplus):
    site.ranges = ranges
    part.write_bytes(bytes(len(CONTENT) + surplus))
    download(site.url, path, SHA256)
    assert alone(path)


def test_a_whole_part_needs_no_network(site, path, part):
    part.write_bytes(CONTENT)
    download(site.url, path, SHA256)
    assert alone(path)
    assert site.asked == []


def test_a_wrong_checksum_deletes_the_part_and_keeps_the_old_file(site, path, part):
    site.content = b"something else"
    path.write_bytes(b"old")
    given, expected = hashlib.sha256(site.content).hexdigest()[:12], SHA256[:12]
    with pytest.raises(Error, match=rf"another file: its sha256 is {given}\.\.\., expected {expected}"):
        download(site.url, path, SHA256)
    assert path.read_bytes() == b"old"
    assert not part.exists()


def test_a_part_of_another_file_is_told_by_the_checksum(site, path, part):
    part.write_bytes(b"another")
    with pytest.raises(Error, match="sent another file"):
        download(site.url, path, SHA256)
    download(site.url, path, SHA256)
    assert alone(path)


@pytest.mark.parametrize(("status", "phrase"), [(404, "Not Found"), (403, "Forbidden"), (503, "Service")])
@pytest.mark.parametrize("begun", [b"", CONTENT[:1000]])
def test_an_http_error_keeps_what_came(site, path, part, status, phrase, begun):
    site.status = status
    part.write_bytes(begun)
    with pytest.raises(Error, match=rf"file\.gz answered {status} \({phrase}") as caught:
        download(site.url, path, SHA256)
    assert "\n" not in str(caught.value)
    assert (part.read_bytes() == begun) if begun else not part.exists()
    assert not path.exists()


def test_nobody_listens(path, part):
    part.write_bytes(CONTENT[:1000])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/file.gz"
        with pytest.raises(Error, match=r"cannot fetch .* \(Connection refused\): check the connection"):
            download(url, path, SHA256)
    assert part.read_bytes() == CONTENT[:1000]


def test_silence(site, path, part, monkeypatch):
    monkeypatch.setattr("waza.data.transfer.PATIENCE", 0.2)
    site.stalls, site.sends = True, 200_000
    begun = time.monotonic()
    with pytest.raises(Error, match=r"no byte for 0\.2 s"):
        download(site.url, path, SHA256)
    assert time.monotonic() - begun < 5
    assert CONTENT.startswith(part.read_bytes()) and part.stat().st_size > 100_000


def test_silence_before_the_first_byte(path, monkeypatch):
    monkeypatch.setattr("waza.data.transfer.PATIENCE", 0.2)
    silent = pytest.raises(Error, match=r"no byte for 0\.2 s")
    with socket.create_server(("127.0.0.1", 0)) as mute, silent:
        download(f"http://127.0.0.1:{mute.getsockname()[1]}/", path, SHA256)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70_000])
def test_something_else_listens(path, greeting):
    with socket.create_server(("127.0.0.1", 0)) as other:

        def serve():
            with other.accept()[0] as connection:
                connection.recv(10_000)
                connection.sendall(greeting)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(Error, match="cannot fetch") as caught:
            download(f"http://127.0.0.1:{other.getsockname()[1]}/", path, SHA256)
        thread.join()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "nothing", "http://", "http://[::1", "http://a b/"])
def test_an_address_that_is_none(path, url):
    with pytest.raises(Error, match="fetch"):
        download(url, path, SHA256)


def test_an_interruption_keeps_what_came(site, path, part):
    def interrupt(so_far, _):
        if so_far > 100_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(site.url, path, SHA256, interrupt)
    assert CONTENT.startswith(part.read_bytes()) and part.stat().st_size > 100_000
    download(site.url, path, SHA256)
    assert alone(path)


def test_a_folder_that_cannot_be_made(site, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Error, match=r"cannot write .*a file has the name of a folder that is needed"):
        download(site.url, tmp_path / "file" / "x.gz", SHA256)
    assert site.asked == []


def test_two_at_once(site, path, part):
    with part.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(Error, match="fetched by another process"):
            download(site.url, path, SHA256)
    download(site.url, path, SHA256)
    assert alone(path)


def test_an_md5_serves_where_there_is_no_better_one(site, path):
    download(site.url, path, hashlib.md5(CONTENT).hexdigest())
    assert alone(path)
    with pytest.raises(Error, match=r"another file: its md5 is .*, expected 000000000000\.\.\."):
        download(site.url, path, "0" * 32)
    assert alone(path)


def test_a_part_is_removed_where_the_file_is_there_and_nobody_writes_it(path, part):
    remove_part(path)
    part.write_bytes(b"half")
    with part.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        remove_part(path)
        assert part.exists()
    remove_part(path)
    assert not part.exists()
    part.symlink_to("/dev/zero")
    remove_part(path)
    assert part.is_symlink()


def test_a_link_in_place_of_a_part_is_not_followed(site, path, part, tmp_path):
    (tmp_path / "outside").write_bytes(b"mine")
    part.symlink_to(tmp_path / "outside")
    with pytest.raises(Error, match=r"file\.gz\.part is a link and no plain file"):
        download(site.url, path, SHA256)
    assert (tmp_path / "outside").read_bytes() == b"mine" and site.asked == []
