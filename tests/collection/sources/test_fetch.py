"""The fetcher against a real server that misbehaves."""

from __future__ import annotations

import email.utils
import gzip
import itertools
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from loopback import Handler, Loopback, jpeg, quick

from haiga import __version__
from haiga.collection.fetch import Manners
from haiga.core.collecting import Unobtainable
from haiga.core.errors import UserError


def test_a_picture_comes_as_it_is_under_one_honest_name(server: Loopback) -> None:
    data = jpeg()
    assert quick(contact="me@example.org").picture(server.picture("/a.jpg", data)) == data
    agents = {headers["User-Agent"] for _, headers, _ in server.asked}
    about = "collects pictures with their licences"
    assert agents == {f"haiga/{__version__} ({about}; me@example.org)"}


def test_a_line_end_in_the_contact_makes_no_second_header() -> None:
    assert "\n" not in Manners(contact="a\r\nX-Evil: 1").user_agent


def test_500_three_times_and_then_fine_is_fine(server: Loopback) -> None:
    data = jpeg()
    server.answers["/a.jpg"] = lambda h: h.give(200, data) if h.times > 3 else h.give(500, b"oops")
    assert quick().picture(server.url + "/a.jpg") == data
    assert len(server.paths()) == 4


def test_500_for_ever_is_said_with_its_tries(server: Loopback) -> None:
    server.answers["/a.jpg"] = lambda h: h.give(503, b"")
    with pytest.raises(Unobtainable, match=r"in trouble \(503\) \(3 tries\)"):
        quick(tries=3).picture(server.url + "/a.jpg")


def test_retry_after_is_kept_to(server: Loopback) -> None:
    data = jpeg()
    server.answers["/a.jpg"] = lambda h: (
        h.give(200, data) if h.times > 1 else h.give(429, b"", Retry_After="1")
    )
    began = time.monotonic()
    assert quick().picture(server.url + "/a.jpg") == data
    assert 1.0 <= time.monotonic() - began < 2.5


def test_retry_after_may_be_a_date(server: Loopback) -> None:
    data = jpeg()

    def answer(h: Handler) -> None:
        at = email.utils.formatdate(time.time() + 2, usegmt=True)
        h.give(200, data) if h.times > 1 else h.give(503, b"", Retry_After=at)

    server.answers["/a.jpg"] = answer
    began = time.monotonic()
    assert quick(patience_s=5.0).picture(server.url + "/a.jpg") == data
    assert time.monotonic() - began > 0.9


def test_a_server_that_asks_for_an_hour_is_left_alone_at_once(server: Loopback) -> None:
    server.answers["/a.jpg"] = lambda h: h.give(429, b"", Retry_After="3600")
    server.picture("/b.jpg", jpeg())
    fetcher = quick()
    for name in ("/a.jpg", "/b.jpg"):
        with pytest.raises(Unobtainable, match="asks for 3,600 s; run it again later"):
            fetcher.picture(server.url + name)
    assert server.paths() == ["/a.jpg"]


def test_requests_to_one_server_keep_their_distance(server: Loopback) -> None:
    fetcher = quick(apart_s=0.15)
    for name in ("/a.jpg", "/b.jpg", "/c.jpg"):
        fetcher.picture(server.picture(name, jpeg()))
    times = [at for _, _, at in server.asked]
    assert len(times) == 4  # robots.txt first
    assert all(b - a > 0.14 for a, b in itertools.pairwise(times))


def test_what_broke_off_goes_on_where_it_stopped(server: Loopback) -> None:
    data = jpeg(side=300)
    ranges: list[str] = []

    def answer(h: Handler) -> None:
        ranges.append(h.headers.get("Range", ""))
        if not ranges[-1]:
            return h.give(200, data[:20_000], length=len(data), ETag='"one"')
        assert h.headers["If-Range"] == '"one"'
        start = int(ranges[-1].removeprefix("bytes=").rstrip("-"))
        said = f"bytes {start}-{len(data) - 1}/{len(data)}"
        return h.give(206, data[start:], Content_Range=said, ETag='"one"')

    server.answers["/a.jpg"] = answer
    assert quick().picture(server.url + "/a.jpg") == data
    assert ranges == ["", "bytes=20000-"]


def test_a_file_that_changed_meanwhile_is_begun_anew(server: Loopback) -> None:
    old, new = jpeg(1, 300), jpeg(2, 300)

    def answer(h: Handler) -> None:
        if h.times == 1:
            return h.give(200, old[:20_000], length=len(old), ETag='"one"')
        return h.give(200, new, ETag='"two"')  # If-Range did not fit

    server.answers["/a.jpg"] = answer
    assert quick().picture(server.url + "/a.jpg") == new


@pytest.mark.parametrize("said", ["bytes 5-9/10", "", "bytes x", "bytes 0-99/100"])
def test_a_wrong_piece_is_never_put_in_the_middle(server: Loopback, said: str) -> None:
    data = jpeg(side=300)

    def answer(h: Handler) -> None:
        if h.times == 1:
            return h.give(200, data[:20_000], length=len(data), ETag='"one"')
        if h.times == 2:
            return h.give(206, b"rubbish", Content_Range=said)
        return h.give(200, data)

    server.answers["/a.jpg"] = answer
    assert quick().picture(server.url + "/a.jpg") == data


def test_without_a_version_nothing_is_pieced_together(server: Loopback) -> None:
    data = jpeg(side=300)

    def answer(h: Handler) -> None:
        assert "Range" not in h.headers
        h.give(200, data[:20_000] if h.times == 1 else data, length=len(data))

    server.answers["/a.jpg"] = answer
    assert quick().picture(server.url + "/a.jpg") == data


def test_what_always_breaks_off_is_said_with_its_bytes(server: Loopback) -> None:
    data = jpeg(side=300)
    server.answers["/a.jpg"] = lambda h: h.give(200, data[:20_000], length=len(data))
    with pytest.raises(Unobtainable, match=r"connection broke, after 20,000 bytes \(2 tries\)"):
        quick(tries=2).picture(server.url + "/a.jpg")


def test_a_killed_run_goes_on_in_the_next(server: Loopback, tmp_path: Path) -> None:
    data = jpeg(side=400)
    ranges: list[str] = []

    def answer(h: Handler) -> None:
        ranges.append(h.headers.get("Range", ""))
        if not ranges[-1]:
            h.send_response(200)
            h.send_header("ETag", '"one"')
            h.send_header("Content-Length", str(len(data)))
            h.end_headers()
            h.wfile.write(data[:30_000])
            h.wfile.flush()
            time.sleep(20)
            return None
        start = int(ranges[-1].removeprefix("bytes=").rstrip("-"))
        return h.give(206, data[start:], Content_Range=f"bytes {start}-/{len(data)}")

    server.answers["/a.jpg"] = answer
    program = (
        "import sys; from pathlib import Path; from haiga.collection.fetch import Fetcher, Manners;"
        "Fetcher(Manners(apart_s=0), scratch=Path(sys.argv[1])).picture(sys.argv[2])"
    )
    run = subprocess.Popen([sys.executable, "-c", program, str(tmp_path), server.url + "/a.jpg"])
    until = time.monotonic() + 15
    while sum(p.stat().st_size for p in tmp_path.glob("*.part")) < 30_000:
        assert time.monotonic() < until
        time.sleep(0.02)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert quick(scratch=tmp_path).picture(server.url + "/a.jpg") == data
    assert ranges == ["", "bytes=30000-"]
    assert list(tmp_path.iterdir()) == []


def test_a_scratch_folder_that_is_a_file_is_the_users_to_mend(
    server: Loopback, tmp_path: Path
) -> None:
    (tmp_path / "scratch").write_text("mine")
    with pytest.raises(UserError, match="scratch"):
        quick(scratch=tmp_path / "scratch").picture(server.picture("/a.jpg", jpeg()))
    assert (tmp_path / "scratch").read_text() == "mine"


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_slow_drip_ends_at_the_deadline(server: Loopback, where: str) -> None:
    def answer(h: Handler) -> None:
        if where == "body":
            h.send_response(200)
            h.send_header("Content-Length", "100000")
            h.end_headers()
        for _ in range(100):
            h.wfile.write(b"x" if where == "body" else b"X")
            h.wfile.flush()
            time.sleep(0.05)

    server.answers["/a.jpg"] = answer
    began = time.monotonic()
    with pytest.raises(Unobtainable, match=r"took longer than 0\.5 s"):
        quick(deadline_s=0.5).picture(server.url + "/a.jpg")
    assert time.monotonic() - began < 1.5


def test_silence_is_a_timeout(server: Loopback) -> None:
    server.answers["/a.jpg"] = lambda h: time.sleep(1.0)
    with pytest.raises(Unobtainable, match=r"fell silent \(2 tries\)"):
        quick(tries=2, read_s=0.2).picture(server.url + "/a.jpg")


def test_a_reset_connection_is_tried_again(server: Loopback) -> None:
    data = jpeg()
    server.answers["/a.jpg"] = lambda h: h.give(200, data) if h.times > 2 else h.reset()
    assert quick().picture(server.url + "/a.jpg") == data


def test_a_circle_of_redirects_is_said(server: Loopback) -> None:
    server.answers["/a"] = lambda h: h.give(302, b"", Location="/b")
    server.answers["/b"] = lambda h: h.give(301, b"", Location="/a")
    with pytest.raises(Unobtainable, match="circle of redirects"):
        quick().picture(server.url + "/a")
    assert server.paths() == ["/a", "/b"]


def test_an_endless_row_of_redirects_ends(server: Loopback) -> None:
    server.answers["/a"] = lambda h: h.give(
        307, b"", Location=f"/a?{int(h.query.get('n', '0')) + 1}&n={int(h.query.get('n', '0')) + 1}"
    )
    with pytest.raises(Unobtainable, match="more than 5 redirects"):
        quick().picture(server.url + "/a")
    assert len(server.paths()) == 6


def test_a_redirect_is_followed_and_may_be_relative(server: Loopback) -> None:
    data = jpeg()
    server.picture("/deep/b c é.jpg".replace(" ", "%20").replace("é", "%C3%A9"), data)
    server.answers["/a"] = lambda h: h.give(302, b"", Location="deep/b%20c%20%C3%A9.jpg")
    assert quick().picture(server.url + "/a") == data


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("file:///etc/passwd", "begins with file:"),
        ("http://10.0.0.7/a.jpg", "leads from outside into a private network"),
        ("http://192.168.1.1/", "leads from outside into a private network"),
        ("http://169.254.169.254/latest/meta-data/", "link-local"),
        ("http://[fe80::1]/", "link-local"),
        ("http://me:secret@example.org/", "user's name or password"),
        ("", "leads nowhere"),
    ],
)
def test_redirects_lead_nowhere_they_should_not(server: Loopback, location: str, said: str) -> None:
    server.answers["/a"] = lambda h: h.give(302, b"", Location=location)
    with pytest.raises(Unobtainable, match=said):
        quick().picture(server.url + "/a")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1"]
)
def test_nothing_public_leads_to_this_machine(server: Loopback, host: str) -> None:
    server.picture("/a.jpg", jpeg())
    address = f"http://{host}:{server.server_address[1]}/a.jpg"
    with pytest.raises(Unobtainable, match="leads from outside into this very machine"):
        quick().picture(address, told_by="http://93.184.215.14/api")
    assert server.asked == []


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ftp://example.org/a.jpg", "begins with ftp:"),
        ("www.example.org/a.jpg", "has no http://"),
        ("", "has no http://"),
        ("http://", "names no server"),
        ("http://exa\nmple.org/", "control characters"),
        ("http://[::1/", "is no address"),
        ("http://example.org:99999/", "is no address"),
        ("http://" + "a" * 70 + ".org/", "no server can be named so"),
        ("javascript:alert(1)", "begins with javascript:"),
        ("data:image/png;base64,AAAA", "begins with data:"),
        ("http://nowhere.invalid/a.jpg", "cannot be found"),
    ],
)
def test_what_is_no_address_is_said(address: str, said: str) -> None:
    with pytest.raises(Unobtainable, match=said):
        quick(tries=1).picture(address)


@pytest.mark.parametrize(
    ("status", "said"),
    [(404, "is not there"), (410, "taken away"), (403, "may not be had"), (418, "was not given"),
     (204, "was not given")],
)  # fmt: skip
def test_a_status_is_said_and_not_tried_again(server: Loopback, status: int, said: str) -> None:
    server.answers["/a.jpg"] = lambda h: h.give(status, b"")
    with pytest.raises(Unobtainable, match=rf"{said} \({status}\)"):
        quick().picture(server.url + "/a.jpg")
    assert len(server.paths()) == 1


def test_a_web_page_called_jpg_is_said_as_such(server: Loopback) -> None:
    page = b"<!DOCTYPE html><html><head><title>Log in &amp; buy</title></head></html>"
    server.answers["/a.jpg"] = lambda h: h.give(200, page, Content_Type="image/jpeg")
    with pytest.raises(Unobtainable, match="is a web page, not a picture: 'Log in & buy'"):
        quick().picture(server.url + "/a.jpg")


def test_a_long_web_page_is_not_read_to_its_end(server: Loopback) -> None:
    def answer(h: Handler) -> None:
        h.send_response(200)
        h.send_header("Content-Length", "50000000")
        h.end_headers()
        h.wfile.write(b"<html>" + b" " * 60_000)
        h.wfile.flush()
        time.sleep(3)

    server.answers["/a.jpg"] = answer
    began = time.monotonic()
    with pytest.raises(Unobtainable, match="web page"):
        quick().picture(server.url + "/a.jpg")
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b"", "image/jpeg", "is empty"),
        (b'{"error": "no"}', "application/json", "is application/json, not a picture"),
        (b'{"error": "no"}', "image/jpeg", "is JSON, not a picture"),
        (b"no such thing", "text/plain", "is text, not a picture"),
        (b"%PDF-1.7 ...", "image/jpeg", "is a PDF, not a picture"),
        (b"version https://git-lfs.github.com/spec/v1", "", "a pointer to a file in Git LFS"),
    ],
)
def test_other_things_than_pictures_are_named(
    server: Loopback, body: bytes, kind: str, said: str
) -> None:
    server.answers["/a.jpg"] = lambda h: h.give(200, body, Content_Type=kind)
    with pytest.raises(Unobtainable, match=said):
        quick().picture(server.url + "/a.jpg")


def test_a_picture_sent_as_a_web_page_is_a_picture(server: Loopback) -> None:
    data = jpeg()
    server.answers["/a"] = lambda h: h.give(200, data, Content_Type="text/html")
    assert quick().picture(server.url + "/a") == data


def test_a_huge_length_is_refused_before_a_byte_is_read(server: Loopback, tmp_path: Path) -> None:
    server.answers["/a.jpg"] = lambda h: h.give(200, b"\xff\xd8\xff", length=5_000_000_000)
    with pytest.raises(Unobtainable, match=r"is larger than is taken: 5,000\.0 MB, not 200\.0 MB"):
        quick(scratch=tmp_path).picture(server.url + "/a.jpg")
    assert list(tmp_path.iterdir()) == []


def test_more_than_the_limit_without_a_length_is_refused_too(server: Loopback) -> None:
    def answer(h: Handler) -> None:
        h.send_response(200)
        h.send_header("Transfer-Encoding", "chunked")
        h.end_headers()
        for _ in range(100):
            h.wfile.write(b"2710\r\n" + b"\xff" * 10_000 + b"\r\n")

    server.answers["/a.jpg"] = answer
    with pytest.raises(Unobtainable, match=r"more than 0\.2 MB"):
        quick(most_bytes=200_000).picture(server.url + "/a.jpg")


def test_chunks_come_together_and_a_missing_last_one_is_noticed(server: Loopback) -> None:
    data = jpeg(side=200)

    def answer(h: Handler) -> None:
        h.send_response(200)
        h.send_header("Transfer-Encoding", "chunked")
        h.end_headers()
        h.wfile.write(b"%x\r\n%b\r\n" % (len(data[:9_000]), data[:9_000]))
        if h.times > 1:
            h.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(data[9_000:]), data[9_000:]))
        h.close_connection = True

    server.answers["/a.jpg"] = answer
    assert quick().picture(server.url + "/a.jpg") == data
    assert len(server.paths()) == 2


def test_packing_that_nobody_asked_for_is_undone_and_a_bomb_is_not(server: Loopback) -> None:
    data = jpeg()
    server.answers["/a"] = lambda h: h.give(200, gzip.compress(data), Content_Encoding="gzip")
    bomb = gzip.compress(b"\0" * 50_000_000)
    server.answers["/b"] = lambda h: h.give(200, bomb, Content_Encoding="gzip")
    assert quick().picture(server.url + "/a") == data
    with pytest.raises(Unobtainable, match="is larger than is taken"):
        quick(most_bytes=1_000_000).picture(server.url + "/b")


def test_a_server_that_died_is_not_asked_for_every_picture(server: Loopback) -> None:
    fetcher = quick(tries=2)
    server.answers["/a.jpg"] = lambda h: h.give(200, jpeg(), Connection="close")
    fetcher.picture(server.url + "/a.jpg")
    server.close()
    said = []
    for number in range(5):
        with pytest.raises(Unobtainable) as caught:
            fetcher.picture(f"{server.url}/{number}.jpg")
        said.append(str(caught.value))
    assert said[0] == "could not be had: its server does not answer (2 tries)"
    assert "did not answer for those before it" in said[-1]


def test_a_server_that_is_not_there_is_asked_once() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and never listens
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        fetcher = quick(tries=2)
        for number in range(3):
            with pytest.raises(Unobtainable, match=r"robots.txt of .* its server does not answer"):
                fetcher.picture(f"{address}/{number}.jpg")


def test_robots_txt_is_asked_for_once_and_kept_to(server: Loopback) -> None:
    rules = b"User-agent: *\nDisallow: /private/\nDisallow: /*.png$\n"
    server.answers["/robots.txt"] = lambda h: h.give(200, rules)
    fetcher = quick()
    server.picture("/private/a.jpg", jpeg())
    server.picture("/b.png", jpeg())
    for name in ("/private/a.jpg", "/b.png"):
        with pytest.raises(Unobtainable, match="is not for programs: robots.txt of 127.0.0.1"):
            fetcher.picture(server.url + name)
    fetcher.picture(server.picture("/c.jpg", jpeg()))
    assert [path for path, _, _ in server.asked] == ["/robots.txt", "/c.jpg"]


def test_robots_txt_counts_after_a_redirect_too(server: Loopback) -> None:
    server.answers["/robots.txt"] = lambda h: h.give(200, b"User-agent: haiga\nDisallow: /b")
    server.answers["/a"] = lambda h: h.give(302, b"", Location="/b")
    server.picture("/b", jpeg())
    with pytest.raises(Unobtainable, match="robots.txt"):
        quick().picture(server.url + "/a")
    assert "/b" not in server.paths()


def test_a_server_whose_robots_txt_is_in_trouble_is_left_alone(server: Loopback) -> None:
    server.answers["/robots.txt"] = lambda h: h.give(500, b"")
    with pytest.raises(Unobtainable, match=r"robots.txt of .* its server is in trouble"):
        quick(tries=2).picture(server.picture("/a.jpg", jpeg()))
    assert server.paths() == []


def test_the_delay_of_robots_txt_is_kept(server: Loopback) -> None:
    server.answers["/robots.txt"] = lambda h: h.give(200, b"User-agent: *\nCrawl-delay: 0.3")
    fetcher = quick()
    fetcher.picture(server.picture("/a.jpg", jpeg()))
    fetcher.picture(server.picture("/b.jpg", jpeg()))
    assert server.asked[2][2] - server.asked[1][2] > 0.25


def test_json_is_read_and_what_is_none_is_said(server: Loopback) -> None:
    server.answers["/api"] = lambda h: h.give(200, json.dumps(h.query).encode())
    server.answers["/broken"] = lambda h: h.give(200, b'{"a": [1, 2')
    server.answers["/deep"] = lambda h: h.give(200, b"[" * 200_000)
    server.answers["/page"] = lambda h: h.give(200, b"<html><title>Maintenance</title></html>")
    fetcher = quick()
    assert fetcher.json(server.url + "/api", {"q": "a & b", "n": 3}) == {"q": "a & b", "n": "3"}
    for path, said in (("/broken", "no sound JSON"), ("/deep", "no sound JSON"),
                       ("/page", "is a web page: 'Maintenance'")):  # fmt: skip
        with pytest.raises(Unobtainable, match=said):
            fetcher.json(server.url + path)


def test_a_key_is_never_in_what_is_said(server: Loopback) -> None:
    server.answers["/api"] = lambda h: h.give(500, b"")
    with pytest.raises(Unobtainable) as caught:
        quick(tries=1).json(server.url + "/api", {"api_key": "sesame"})
    assert "sesame" not in str(caught.value)


def test_several_threads_may_fetch_at_once(server: Loopback) -> None:
    fetcher = quick()
    addresses = [server.picture(f"/{n}.jpg", jpeg(n)) for n in range(12)]
    got: dict[int, bytes] = {}

    def fetch(number: int) -> None:
        got[number] = fetcher.picture(addresses[number])

    threads = [threading.Thread(target=fetch, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert got == {n: jpeg(n) for n in range(12)}
