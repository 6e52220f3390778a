"""Certificates for a test server, made with openssl: from one authority, and each wrong in its way but the good one."""
import pathlib
import subprocess

NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1"


def _openssl(directory, *arguments):
    subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)


class Authority:
    def __init__(self, directory, name):
        self._directory = pathlib.Path(directory) / name
        self._directory.mkdir()
        self.certificate = self._directory / "ca.pem"
        self._run("req", "-x509", *self._new_key("ca.key"), "-subj", f"/CN={name}", "-days", "2", "-out", "ca.pem",
                  "-addext", "keyUsage=critical,keyCertSign")
        (self._directory / "index.txt").touch()
        (self._directory / "serial").write_text("01\n")
        (self._directory / "ca.cnf").write_text(
            "[ca]\ndefault_ca = this\n[this]\ndatabase = index.txt\nserial = serial\nnew_certs_dir = .\n"
            "default_md = sha256\npolicy = any\ncopy_extensions = copy\n"
            "unique_subject = no\n[any]\ncommonName = supplied\n")

    def issue(self, name, names=NAMES, start="20200101000000Z", end="21000101000000Z"):
        """Certificate and key of a server, as two paths."""
        self._run("req", *self._new_key(f"{name}.key"), "-subj", "/CN=server", "-addext", names, "-out", f"{name}.csr")
        self._run("ca", "-batch", "-notext", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key",
                  "-in", f"{name}.csr", "-out", f"{name}.pem", "-startdate", start, "-enddate", end)
        return self._directory / f"{name}.pem", self._directory / f"{name}.key"

    @staticmethod
    def _new_key(name):
        return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name

    def _run(self, *arguments):
        _openssl(self._directory, *arguments)
