"""The portable program in images that have nothing in common: an empty one, one like Alpine's, one of another glibc.

An image is a directory that a namespace of mounts has as its root; the network is this machine's.
"""
import io
import json
import pathlib
import shutil
import subprocess
import tarfile
import unittest
import zipfile

import support
from certificates import Authority
from faulty_s3 import FaultyS3
from s3_server import S3Server
from support import MockOptMl, tar_gz

PROGRAM = pathlib.Path(support.SM_TRAIN)
MAX_SIZE = 10 << 20

# Leaves its arguments and what it was told of GPUs in the model's directory; for any C library.
RECORDER = r"""
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char** argv) {
  char path[4096];
  snprintf(path, sizeof path, "%s/record", getenv("SM_MODEL_DIR"));
  FILE* record = fopen(path, "w");
  if (record == NULL) return 9;
  fprintf(record, "%s GPUs", getenv("SM_NUM_GPUS"));
  for (int i = 1; i < argc; ++i) fprintf(record, " %s", argv[i]);
  return fclose(record) == 0 ? 0 : 9;
}
"""

# A name service as an image may have one: of another C library than the program's, so that loading it is the end.
TRAP = r"""
#include <unistd.h>
__attribute__((constructor)) static void trap(void) { _exit(99); }
"""

ENTER = """
mount --bind "$1" "$1"
cd "$1"
if [ "$2" = proc ]; then mount -t proc proc proc; fi
shift 2
exec chroot . "$@"
"""


def run(*command):
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout


def compiled(directory, name, source, *command):
    (directory / f"{name}.c").write_text(source)
    run(*command, directory / f"{name}.c", "-o", directory / name)
    return directory / name


class Program(unittest.TestCase):
    def test_it_is_one_file_that_needs_no_other(self):
        headers = run("readelf", "--wide", "--program-headers", "--dynamic", PROGRAM)
        self.assertNotIn("INTERP", headers)
        self.assertNotIn("NEEDED", headers)

    def test_it_is_small_and_stripped(self):
        self.assertLess(PROGRAM.stat().st_size, MAX_SIZE)
        self.assertNotIn(".symtab", run("readelf", "--wide", "--section-headers", PROGRAM))


class ImageTest(support.EndToEndTest):
    """A test with an image that has the program and a job, and nothing else."""

    @classmethod
    def setUpClass(cls):
        cls.enter, why_not = support.unshared(["--mount"], ["mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        if why_not:
            raise unittest.SkipTest(why_not)

    def setUp(self):
        super().setUp()
        self.image = self.directory / "image"
        for name in ("dev", "etc", "opt", "proc", "tmp"):
            (self.image / name).mkdir(parents=True)
        shutil.copy(PROGRAM, self.image / "sm-train")

    def write(self, name, content, mode=0o644):
        path = self.image / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        path.chmod(mode)

    def add(self, name, file):
        (self.image / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, self.image / name)

    def run_in_image(self, *arguments, env=None, proc=True):
        """The program in the image; without `proc` what the test has put into /proc stays to be seen."""
        command = [*self.enter, "sh", "-euc", ENTER, "sh", self.image, "proc" if proc else "", "/sm-train", *arguments]
        return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=support.TIMEOUT,
                              env={**support.clean_env("/tmp"), **(env or {})})

    def train_in_image(self, hyperparameters, *arguments, **how):
        """Runs a job; gives how it went, and what RECORDER left."""
        job = MockOptMl(self.image / "opt/ml", hyperparameters)
        finished = self.run_in_image("train", *arguments, **how)
        record = job.path / "model/record"
        return (support.Run(code=finished.returncode, stdout=finished.stdout.encode(), stderr=finished.stderr,
                            failure=job.failure(), success=(job.path / "output/success").exists()),
                record.read_text() if record.exists() else None)

    def static_recorder(self):
        return compiled(self.directory, "train", RECORDER, "cc", "-static", "-O").read_bytes()


class EmptyImage(ImageTest):
    def test_it_fetches_code_from_a_named_s3_and_runs_it(self):
        self.write("etc/hosts", "127.0.0.1 s3.training.test\n")
        with S3Server() as s3:
            source = s3.put("code", "sourcedir.tar.gz", tar_gz({"train": self.static_recorder()}))
            endpoint = s3.endpoint.replace("127.0.0.1", "s3.training.test")
            done, record = self.train_in_image(
                {"sagemaker_program": "train", "sagemaker_submit_directory": source, "lr": 0.1},
                env={**s3.env(), "AWS_ENDPOINT_URL_S3": endpoint})
        self.assert_succeeded(done)
        self.assertEqual(record, "0 GPUs --lr 0.1")

    def test_code_comes_over_https_where_a_bundle_is_named_and_else_the_remedy_is_told(self):
        authority = Authority(self.directory, "authority")
        self.add("ca.pem", authority.certificate)
        hyperparameters = {"sagemaker_program": "train", "sagemaker_submit_directory": "s3://bucket/code.tar.gz"}
        code = tar_gz({"train": self.static_recorder()})
        with FaultyS3({"bucket/code.tar.gz": code}, tls=authority.issue("good")) as s3:
            done, _ = self.train_in_image(hyperparameters, env=s3.env())
            self.assert_fault(done, 78, "no CA certificates", "ca-certificates.*AWS_CA_BUNDLE")
            shutil.rmtree(self.image / "opt/ml")
            done, record = self.train_in_image(hyperparameters, env={**s3.env(), "AWS_CA_BUNDLE": "/ca.pem"})
        self.assert_succeeded(done)
        self.assertEqual(record, "0 GPUs")

    def test_names_beyond_ascii_are_kept_without_any_locale(self):
        name = "größe/数据.txt"
        zip_file = io.BytesIO()
        with zipfile.ZipFile(zip_file, "w") as archive:
            archive.writestr(name, "x")
        (self.image / "code.zip").write_bytes(zip_file.getvalue())
        for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
            with tarfile.open(self.image / f"code{form}.tar", "w", format=form) as archive:
                archive.addfile(tarfile.TarInfo(name))
        for source in sorted(self.image.glob("code*")):
            with self.subTest(source.name):
                finished = self.run_in_image("fetch", f"/{source.name}", f"/{source.name}.tree")
                self.assertEqual(finished.returncode, 0, finished.stderr)
                self.assertTrue((self.image / f"{source.name}.tree" / name).is_file())

    def test_gpus_are_counted_by_the_drivers_files(self):
        for minor in range(3):
            self.write(f"proc/driver/nvidia/gpus/0000:0{minor}:00.0/information",
                       f"GPU UUID: \t GPU-{minor}\nDevice Minor: \t {minor}\n")
        self.write("dev/nvidia0", "")
        self.write("dev/nvidia2", "")
        code = self.directory / "code.tar.gz"
        code.write_bytes(tar_gz({"train": self.static_recorder()}))
        self.add("code.tar.gz", code)
        hyperparameters = {"sagemaker_program": "train", "sagemaker_submit_directory": "/code.tar.gz"}
        done, record = self.train_in_image(hyperparameters, proc=False)
        self.assert_succeeded(done)
        self.assertEqual(record, "2 GPUs")
        shutil.rmtree(self.image / "opt/ml")
        _, record = self.train_in_image(hyperparameters, proc=False, env={"CUDA_VISIBLE_DEVICES": "1"})
        self.assertEqual(record, "1 GPUs")


class AlpineLikeImage(ImageTest):
    """musl and busybox, and certificates where Alpine has them."""

    def setUp(self):
        super().setUp()
        busybox = shutil.which("busybox")
        loader, = pathlib.Path("/lib").glob("ld-musl-*.so.1")
        self.add("bin/busybox", busybox)
        self.add(str(loader).lstrip("/"), loader)
        for applet in run(busybox, "--list").split():
            link = self.image / "bin" / applet
            if applet != "busybox":
                link.symlink_to("busybox")

    def test_it_fetches_over_https_with_the_images_certificates_and_runs_a_musl_program(self):
        authority = Authority(self.directory, "authority")
        self.add("etc/ssl/certs/ca-certificates.crt", authority.certificate)
        program = compiled(self.directory, "train", RECORDER, "musl-gcc", "-O").read_bytes()
        with FaultyS3({"bucket/code.tar.gz": tar_gz({"train": program})}, tls=authority.issue("good")) as s3:
            done, record = self.train_in_image(
                {"sagemaker_program": "train", "sagemaker_submit_directory": "s3://bucket/code.tar.gz"}, env=s3.env())
        self.assert_succeeded(done)
        self.assertEqual(record, "0 GPUs")

    def test_a_shell_script_runs_and_nvidia_smi_tells_of_gpus(self):
        self.write("bin/nvidia-smi", """#!/bin/sh
            if [ "$1" = --list-gpus ]; then echo "GPU 0: a"; echo "GPU 1: b"; else echo "10, 1024, 2048"; fi
        """, 0o755)
        self.write("code/train.sh", 'echo "$SM_NUM_GPUS GPUs $*" >"$SM_MODEL_DIR/record"\n')
        done, record = self.train_in_image(
            {"sagemaker_program": "train.sh", "sagemaker_submit_directory": "/code", "epochs": 3}, "--metrics")
        self.assert_succeeded(done)
        self.assertEqual(record, "2 GPUs --epochs 3\n")
        peaks = json.loads(next(line for line in done.stderr.splitlines() if line.startswith("{")))
        self.assertEqual((peaks["GPUUtilizationPeak"], peaks["GPUMemoryUsedPeak"]), ([10.0], [1 << 30]))


class ImageOfAnotherGlibc(ImageTest):
    def test_its_name_services_are_not_loaded(self):
        libraries = pathlib.Path(run("cc", "-print-file-name=libc.so.6").strip()).resolve().parent
        for library in [*libraries.glob("libc.so.6"), *libraries.glob("ld-linux*.so.*")]:
            self.add(str(library).lstrip("/"), library)
        trap = compiled(self.directory, "trap", TRAP, "cc", "-shared", "-fPIC")
        self.add(f"{libraries}/libnss_trap.so.2".lstrip("/"), trap)
        self.write("etc/nsswitch.conf", "hosts: trap files dns\npasswd: trap\ngroup: trap\nservices: trap\n")
        self.write("etc/hosts", "127.0.0.1 s3.training.test\n")
        with FaultyS3({"bucket/code.tar.gz": tar_gz({"train": self.static_recorder()})}) as s3:
            done, record = self.train_in_image(
                {"sagemaker_program": "train", "sagemaker_submit_directory": "s3://bucket/code.tar.gz"},
                env={**s3.env(), "AWS_ENDPOINT_URL_S3": s3.endpoint.replace("127.0.0.1", "s3.training.test")})
        self.assert_succeeded(done)
        self.assertEqual(record, "0 GPUs")


if __name__ == "__main__":
    support.main()
