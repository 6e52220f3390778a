"""What sm-train makes of a text, against what this Python makes of it: json.loads, str(), json.dumps and str.upper().

The texts are the awkward ones by name and a seeded random lot. VALUE_TEXT names the program that answers for sm-train.
"""
import json
import os
import random
import struct
import subprocess
import sys
import unicodedata
import unittest

AWKWARD = [
    "", " ", "null", "true", "True", "None", "nan", "NaN", "-NaN", "Infinity", "-Infinity", "Inf", "-Inf", "+1", "01", "-0",
    "-0.0", "0e10", "1.", ".5", "1e5", "1E5", "1e+05", "1e400", "-1e400", "1e-400", "1e-5", "1e16", "1e15", "123456789012345678",
    "9" * 4300, "9" * 4301, "-" + "9" * 4300, "-" + "9" * 4301, "1" + "0" * 5000 + ".0", "0." + "0" * 5000 + "1", "0.1e99999999999999999999",
    "0.1e-99999999999999999999", "0e99999999999999999999", "12345" + "0" * 400 + "e-400", "[1,]", "[1 2]", "{'a': 1}", '{"a":1,}', '{"a":1, "b":2, "a":3}',
    '"\\ud800"', '"\\udc80"', '"\\ud83d\\ude00"', '"\\ud83dx"', '"\\ud83d\\u0041"', '"\\\\ud800"', '["\\udcff\\ud800\\udc00"]', '"\\u12"', '"\\x"',
    '"\x01"', '"\x7f"', '"a\\/b"', "\ufeff1", "1\u00a0", "\x0b1", "\t\n\r 1 \r\n", "// c\n1", "1 1", "[]]", "[[[]", "{}", '{"":""}', '{"a":{"b":[1,null]}}',
    "[true, false, null]", '["it\'s", "say \\"hi\\"", "both \' \\""]', "[1.0, 1e-5, 1e22]", "\x00", "1\x00", "[NaN, -Infinity, Infinity]", "[-Infinity, NaN, 1e400, -1e400, Infinity]", "[1e400, -]", "[1e400, -Inf]", "[1e400, 01]", "[1e400, 1.e5, \"1e400\"]", "{1e400: 1}", "{\"1e400\": 1e400}", "[" * 500 + "]" * 500,
]


def random_texts(random_):
    for _ in range(20000):
        yield repr(struct.unpack("<d", random_.randbytes(8))[0])
    for _ in range(5000):
        yield "%.*e" % (random_.randrange(25), random_.uniform(-1, 1) * 10.0 ** random_.randrange(-30, 30))
    for exponent in range(-330, 312):
        yield "1e%d" % exponent
        yield "9.999999999999999e%d" % exponent
    for first in range(0, sys.maxunicode + 1, 64):
        characters = "".join(chr(c) for c in range(first, first + 64) if not 0xD800 <= c <= 0xDFFF)
        yield json.dumps([characters])
        yield characters
    pieces = ['"', "\\", "u", "d800", "dc00", "{", "}", "[", "]", ":", ",", "1", "-", ".", "e", "null", "true", "NaN", " ", "\n", "a"]
    for _ in range(50000):
        yield "".join(random_.choice(pieces) for _ in range(random_.randrange(1, 12)))


def by_python(text):
    try:
        value = json.loads(text)
    except ValueError:
        return "text x" + text.upper().encode("utf-8", "surrogatepass").hex()
    shown = "" if value is None else str(value)
    dumped = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "value x%s x%s" % (shown.encode("utf-8", "surrogatepass").hex(), dumped.encode().hex())


class PythonDifferential(unittest.TestCase):
    def test_every_text_is_understood_as_python_understands_it(self):
        if unicodedata.unidata_version != "14.0.0":
            self.skipTest("the tables are of Unicode 14.0, and this Python has %s" % unicodedata.unidata_version)
        texts = AWKWARD + list(random_texts(random.Random(1)))
        data = b"".join(b"%d\n%s" % (len(t.encode()), t.encode()) for t in texts)
        answers = subprocess.run([os.environ["VALUE_TEXT"]], input=data, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
        self.assertEqual(len(answers), len(texts))
        wrong = [(t, by_python(t), a) for t, a in zip(texts, answers) if by_python(t) != a]
        shown = ["%.60r: Python %.80s, sm-train %.80s" % row for row in wrong[:10]]
        self.assertEqual(shown, [], "%d of %d texts differ" % (len(wrong), len(texts)))


if __name__ == "__main__":
    unittest.main()
