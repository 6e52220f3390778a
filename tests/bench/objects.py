"""Makes the objects that a fetch is measured with, once: they stay in a cache directory, laid out as BUCKET/KEY.

What is compressible is the Python source of the interpreter that runs this, so it compresses as source code does.
"""
import gzip
import io
import os
import pathlib
import random
import sys
import sysconfig
import tarfile

ARCHIVES = "archives"
PREFIX = "many/"
MEMBER_SIZE = 256 * 1024  # bytes of each file in an archive
SMALL_FILE_SIZES = (200, 16_000)  # bytes, from and to
KINDS = ("compressible", "incompressible")


def source_text():
    """About 10 MB: much more than the 32 KiB that gzip looks back, so that repeating it does not compress better."""
    library = pathlib.Path(sysconfig.get_path("stdlib"))
    paths = (path for path in library.rglob("*.py") if not {"dist-packages", "site-packages"} & set(path.parts))
    return b"".join(path.read_bytes() for path in sorted(paths))


def text_from(text, size, chosen):
    """`size` bytes from a place in the text that chance gives."""
    start = chosen.randrange(len(text) - size)
    return text[start:start + size]


def write_tar_gz(file, size, next_content):
    """Writes files of what next_content() gives until the tar.gz has about `size` bytes."""
    with (gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed,
          tarfile.open(fileobj=packed, mode="w|", format=tarfile.GNU_FORMAT) as tar):
        number = 0
        while file.tell() < size - MEMBER_SIZE // 8:
            entry = tarfile.TarInfo(f"source/{number // 100:03}/{number:05}.py")
            entry.size = MEMBER_SIZE
            entry.mtime = 1_700_000_000
            tar.addfile(entry, io.BytesIO(next_content()))
            number += 1


def archive(cache, mebibytes, kind):
    """The key of a tar.gz of that size and kind in the bucket ARCHIVES, which is made where it is missing."""
    key = f"{kind}-{mebibytes}-MiB.tar.gz"
    path = cache / ARCHIVES / key
    if path.exists():
        return key
    print(f"  making {path}", file=sys.stderr)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = source_text()
    chosen = random.Random(1)
    contents = {"compressible": lambda: text_from(text, MEMBER_SIZE, chosen),
                "incompressible": lambda: chosen.randbytes(MEMBER_SIZE)}
    part = path.with_name(f".{key}.{os.getpid()}")
    try:
        with open(part, "wb") as file:
            write_tar_gz(file, mebibytes * 1024 * 1024, contents[kind])
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return key


def small_files(cache, count):
    """The bucket that holds that many small files below PREFIX, which is made where it is missing."""
    bucket = f"small-files-{count}"
    if (cache / bucket).exists():
        return bucket
    chosen = random.Random(2)
    text = source_text()
    part = cache / f".{bucket}.{os.getpid()}"
    for number in range(count):
        path = part / PREFIX / f"{number % 10}/{number:04}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text_from(text, chosen.randrange(*SMALL_FILE_SIZES), chosen))
    part.rename(cache / bucket)
    return bucket


def keys(cache, bucket):
    """The keys in a bucket, sorted as S3 lists them."""
    paths = (path for path in (cache / bucket).rglob("*") if path.is_file())
    return sorted(str(path.relative_to(cache / bucket)) for path in paths)
