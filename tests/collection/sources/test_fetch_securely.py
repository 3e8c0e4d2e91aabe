"""The fetcher over TLS: whom it trusts, and that its deadline holds there too."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import time
from pathlib import Path

import pytest
from loopback import Handler, Loopback, jpeg, quick

from haiga.core.collecting import Unobtainable

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its own certificate")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
         "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    return folder / "cert.pem"


@pytest.fixture
def secure(server: Loopback, certificate: Path) -> str:
    """The address of the server, which speaks TLS now."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server.url.replace("http:", "https:")


def test_a_server_whose_certificate_nobody_vouches_for_is_refused(
    server: Loopback, secure: str
) -> None:
    server.picture("/a.jpg", jpeg())
    with pytest.raises(Unobtainable, match="certificate is not good"):
        quick().picture(secure + "/a.jpg")
    assert server.asked == []


def test_a_trusted_server_is_asked_and_a_drip_ends(
    server: Loopback, secure: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server.picture("/a.jpg", jpeg())

    def drip(h: Handler) -> None:
        for _ in range(100):
            h.wfile.write(b"X")
            time.sleep(0.05)

    server.answers["/b.jpg"] = drip
    fetcher = quick(deadline_s=0.6)
    assert fetcher.picture(secure + "/a.jpg") == jpeg()
    began = time.monotonic()
    with pytest.raises(Unobtainable, match=r"took longer than 0\.6 s"):
        fetcher.picture(secure + "/b.jpg")
    assert time.monotonic() - began < 2.0
    with pytest.raises(Unobtainable, match="into this very machine"):
        quick().picture(secure + "/a.jpg", told_by="https://93.184.215.14/")
