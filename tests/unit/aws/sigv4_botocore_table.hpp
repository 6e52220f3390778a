#pragma once

#include <string>
#include <vector>

#include "sm_train/aws/sigv4.hpp"

// What botocore 1.29.27 signs, for GET with only the Host header of its own, 2023-05-06T07:08:09Z, eu-west-1.
// Made by /usr/bin/python3 with:
//
//   import datetime, json
//   from unittest import mock
//   from urllib.parse import quote
//   from botocore.auth import S3SigV4Auth, SigV4Auth
//   from botocore.awsrequest import AWSRequest
//   from botocore.credentials import Credentials
//
//   KEYS = ['plain.txt', 'a b', 'a+b=c&d', "it's (1) [2]", '100%', '%2F', '~t*!$,;:@', 'é', '漢字', '😀',
//   'a//b', '/lead',
//           'a/../b', './a/.', '..', 'tail/', 'q?x#y', 'tab\there', '"<>\\^`{|}']
//   QUERIES = [[], [('prefix', 'a b/é'), ('list-type', '2')], [('b', '2'), ('a', '1'), ('a', '0'), ('a-b',
//   '')]] TOKEN = 'FwoGZXIvYXdzE/+==token'
//
//   def row(auth_class, service, path, query, token):
//       request = AWSRequest('GET', 'https://examplebucket.s3.amazonaws.com' + path, params=dict(query) or
//       None) if query: request.params = query request.headers['Host'] = 'examplebucket.s3.amazonaws.com'
//       with mock.patch('botocore.auth.datetime') as clock:
//           clock.datetime.utcnow.return_value = datetime.datetime(2023, 5, 6, 7, 8, 9)
//           auth = auth_class(Credentials('AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', token),
//           service, 'eu-west-1') auth.add_auth(request)
//       return request.headers['Authorization'].rsplit('=', 1)[1]
//
//   def text(s): return '"' + ''.join(c if 32 <= ord(c) < 127 and c not in '"\\?' else ''.join('\\%03o' % b
//   for b in c.encode()) for c in s) + '"'
//
//   for service, auth_class in (('s3', S3SigV4Auth), ('execute-api', SigV4Auth)):
//       for key in KEYS:
//           for query in QUERIES:
//               for token in ('', TOKEN):
//                   if (query or token) and key not in ('plain.txt', 'é', 'a//b'): continue
//                   pairs = ', '.join('{%s, %s}' % (text(n), text(v)) for n, v in query)
//                   signature = row(auth_class, service, '/' + quote(key, safe='/~'), query, token or None)
//                   print('    {%s, %s, {%s}, %s,\n     "%s"},' % (text(service), text(key), pairs,
//                   text(token), signature))

namespace sm_train::test {

struct BotocoreSignature {
  std::string service;
  std::string key;  // the path without its first slash, not encoded
  QueryParameters query;
  std::string session_token;
  std::string signature;
};

// clang-format off
inline const std::vector<BotocoreSignature> botocore_signatures = {
    {"s3", "plain.txt", {}, "",
     "0f33f7d8b9ed7b52537441b6b73d4841dc3f1618fa30d1fe47f3bf8bbe3fcdd8"},
    {"s3", "plain.txt", {}, "FwoGZXIvYXdzE/+==token",
     "21f4b41bf6b48223f7ea690e0cd381c471ad6c88e162f23cf2f8a2caf475e361"},
    {"s3", "plain.txt", {{"prefix", "a b/\303\251"}, {"list-type", "2"}}, "",
     "1beebcfd67c773126a4a510b6213b58f531aa0f42c0a9ca9f93a19a5c61fe3d1"},
    {"s3", "plain.txt", {{"prefix", "a b/\303\251"}, {"list-type", "2"}}, "FwoGZXIvYXdzE/+==token",
     "f28e05795682dd8de33bdbcc66fce97e8299a6df081300f09ab6c17e639f2a0d"},
    {"s3", "plain.txt", {{"b", "2"}, {"a", "1"}, {"a", "0"}, {"a-b", ""}}, "",
     "43e3c22dff1e19c159da3a898ccdfba6fcf613e05a9a247c65c09c41fcd93476"},
    {"s3", "plain.txt", {{"b", "2"}, {"a", "1"}, {"a", "0"}, {"a-b", ""}}, "FwoGZXIvYXdzE/+==token",
     "647eb160ed43657de046725db0eccae98a21919845ec22a92fff7bc637b400de"},
    {"s3", "a b", {}, "",
     "f80af502aea9766e22588eb24175999e39ea81ab90c4dbcae081736cf1aaa208"},
    {"s3", "a+b=c&d", {}, "",
     "6617df3fab4c273aa2bff7d451c8d40f29f47fab606bc7519bc70a3065cba297"},
    {"s3", "it's (1) [2]", {}, "",
     "bff06d99247f2f8552b050048fa0934e382838beb22b9324945fb145e76f392c"},
    {"s3", "100%", {}, "",
     "7df4bb86b83a574eb10b23b1b0075bb88e01f60f651d871147adaa9204ce118e"},
    {"s3", "%2F", {}, "",
     "6a5b0d2c272bdddd222656ab2b4c8db17d58e62c11c17c4476acd32a64fab05e"},
    {"s3", "~t*!$,;:@", {}, "",
     "c7008e733317bb3997424e975d104dd0af5da4d4d1dbb05d7a0f64e611073896"},
    {"s3", "\303\251", {}, "",
     "a73a2a3c7549f5bebaad211d0f83f95606164bcfeb9ea2ffa6edf2d10a501de1"},
    {"s3", "\303\251", {}, "FwoGZXIvYXdzE/+==token",
     "e1c288c2f1571c5bf88bfbb2629356aa5f985796aa80824a3b957527d17fbea3"},
    {"s3", "\303\251", {{"prefix", "a b/\303\251"}, {"list-type", "2"}}, "",
     "01e617e98b366738eba051cf80180a8d06963f99e9d82efdc561bdbcee267678"},
    {"s3", "\303\251", {{"prefix", "a b/\303\251"}, {"list-type", "2"}}, "FwoGZXIvYXdzE/+==token",
     "7f65eaed5a327ab6d196d86554d64dae879cc20b4ab5478c6a678f89f0f582e5"},
    {"s3", "\303\251", {{"b", "2"}, {"a", "1"}, {"a", "0"}, {"a-b", ""}}, "",
     "945e3c340b69a267275cf8fb794d9fd8a8d631abb6bbc8aab25663d128a231e9"},
    {"s3", "\303\251", {{"b", "2"}, {"a", "1"}, {"a", "0"}, {"a-b", ""}}, "FwoGZXIvYXdzE/+==token",
     "6274ba3a491f53a60dd49d23856c6182b9b321d29bd6123653a6abe3c94492c7"},
    {"s3", "\346\274\242\345\255\227", {}, "",
     "edbac85b2fa6c6dff86c68d08ca92d1ba38b6fad6af414c8e6bf9f67073e9022"},
    {"s3", "\360\237\230\200", {}, "",
     "5c946dd3f2b04dda7f849e1b8569724e02b1f2e1f7114193b0c34dc2c223ef2c"},
    {"s3", "a//b", {}, "",
     "d5856dbafd373536b411e7cefc02a8ecffe1f9ebf1b7a7933ea7d1914f43c0b9"},
    {"s3", "a//b", {}, "FwoGZXIvYXdzE/+==token",
     "6ec8c3d1ae7e38de66d286432dbce36cab7a68dbe3189de0cda7d34657c16c46"},
    {"s3", "a//b", {{"prefix", "a b/\303\251"}, {"list-type", "2"}}, "",
     "6a976acfe2bad0f3744ed55182e6adf3f2c87609bc03b6fb015279cb77dc6459"},
    {"s3", "a//b", {{"prefix", "a b/\303\251"}, {"list-type", "2"}}, "FwoGZXIvYXdzE/+==token",
     "b420b5d3e2de53fb7b2670c79e602f762045ea0aec41c6fffd6e533d5073b859"},
    {"s3", "a//b", {{"b", "2"}, {"a", "1"}, {"a", "0"}, {"a-b", ""}}, "",
     "a4da926abbed279342198a410eafc2a0b7ef8e829362ce908248adcf154f877d"},
    {"s3", "a//b", {{"b", "2"}, {"a", "1"}, {"a", "0"}, {"a-b", ""}}, "FwoGZXIvYXdzE/+==token",
     "cb237441eaeb4ddd721f3d933f862588d34de3f6b0fe222f39f7ecc7faa329d1"},
    {"s3", "/lead", {}, "",
     "41b118d91f031c1e60ca6e25f7fa4944e9b78488b37cd98362246efba6fb972d"},
    {"s3", "a/../b", {}, "",
     "f729633383f9b545c5303472573fa25b445361e24a8e829818562a566ad40aaf"},
    {"s3", "./a/.", {}, "",
     "8cdde7508985573f7688893936b57453400769d0c2d0e9bb1218f6ecf15e463a"},
    {"s3", "..", {}, "",
     "790ada94338c0b5a09e86d609361155edb7512919a212ac9bbf55568054dd720"},
    {"s3", "tail/", {}, "",
     "c98440425b3d1299732ae2669fcb245b563d225a4ff32281bfdd795880ce8f82"},
    {"s3", "q\077x#y", {}, "",
     "72f75b746237d70babea52805d2b48f0904ca6131469854e9ebe7555bbc2eaf6"},
    {"s3", "tab\011here", {}, "",
     "a5431ad27503d309116730d640d6abdf424fa0a26ad522fb85e6aa5b635ba9c4"},
    {"s3", "\042<>\134^`{|}", {}, "",
     "5f94132205d855be2e39396073125cbc7618a5e85768ee6fdc5841460cccab19"},
    {"execute-api", "plain.txt", {}, "",
     "82396ac8ba8b6dc18ca9d4d8d97428e1741c8767cb01c9c62df0432878bcac60"},
    {"execute-api", "plain.txt", {}, "FwoGZXIvYXdzE/+==token",
     "171b2f9330ededbcd67ce1506c2740614cc09e931ac8bec90aee03699b284f9d"},
    {"execute-api", "plain.txt", {{"prefix", "a b/\303\251"}, {"list-type", "2"}}, "",
     "faf81716f984a0fc29b9f5f173d305d89febef2bd9aeced174ed53d5630685a8"},
    {"execute-api", "plain.txt", {{"prefix", "a b/\303\251"}, {"list-type", "2"}}, "FwoGZXIvYXdzE/+==token",
     "b427e80280beb7221ffa792207ab25b210b8197a5adc92720448f2af7daa8016"},
    {"execute-api", "plain.txt", {{"b", "2"}, {"a", "1"}, {"a", "0"}, {"a-b", ""}}, "",
     "9051717182ec53fab02dbd1d06be748eb6895a4cb49a9e443fccb52f91059fe9"},
    {"execute-api", "plain.txt", {{"b", "2"}, {"a", "1"}, {"a", "0"}, {"a-b", ""}}, "FwoGZXIvYXdzE/+==token",
     "d4fb540d37a52d0aac60a265d4f5bbbea35057eef5fa300acac03da8cf0b874c"},
    {"execute-api", "a b", {}, "",
     "ee4e8299fd39ea7e1dce1b4f3a51d252083543ecea1024be1f7eb1c6c3295a72"},
    {"execute-api", "a+b=c&d", {}, "",
     "e037743946a8b8d10a7e86ac04d943319867e0f0e465e3faade1f90a15711c1b"},
    {"execute-api", "it's (1) [2]", {}, "",
     "1e86fa4a1f9a6136df45867cf9779441bead6bf9fecfc61bb3b43b0d50d06a50"},
    {"execute-api", "100%", {}, "",
     "db9f5d3682aa93a69d31ab026ee5b52219ad4e826044b2934ec312b3a6fe39d0"},
    {"execute-api", "%2F", {}, "",
     "2b7dca15c02fdafd46c3042be5047c44ca43b2d817029ab160646a95f87e588f"},
    {"execute-api", "~t*!$,;:@", {}, "",
     "d340e4a7fd53cd21891632aeecfad4e5cbe288047ffc406ad01d43410e8917d9"},
    {"execute-api", "\303\251", {}, "",
     "50c6947e9820ac528be4d0fe061531894335f20995e6f6a682594ea4dc41afc4"},
    {"execute-api", "\303\251", {}, "FwoGZXIvYXdzE/+==token",
     "bcf039ffafdcf2cabbcd75bda06bae7ef813b090ac4d59179af02798b28d5900"},
    {"execute-api", "\303\251", {{"prefix", "a b/\303\251"}, {"list-type", "2"}}, "",
     "d4c0028d5672304bc5b2b6f7cf5d706476d1c19d8b654006f7777fb46b14dd46"},
    {"execute-api", "\303\251", {{"prefix", "a b/\303\251"}, {"list-type", "2"}}, "FwoGZXIvYXdzE/+==token",
     "3fb6aa6f205ffc74d753c23f440a600e80a318556c9fead618ef84759acddbe8"},
    {"execute-api", "\303\251", {{"b", "2"}, {"a", "1"}, {"a", "0"}, {"a-b", ""}}, "",
     "5a409267238f9457e404bc12aa196a7e21c51a31825fcda3c1a0501806fbccd2"},
    {"execute-api", "\303\251", {{"b", "2"}, {"a", "1"}, {"a", "0"}, {"a-b", ""}}, "FwoGZXIvYXdzE/+==token",
     "a78b83003faa6a8825740c2333576bbe9dce2dd5d05676101aabcd891ea16ec1"},
    {"execute-api", "\346\274\242\345\255\227", {}, "",
     "988f72aefa2c197017cf6431e8f0e35c8e08384da552df1a382de17db673a3aa"},
    {"execute-api", "\360\237\230\200", {}, "",
     "333780aaed55b282fba005e24311bcf3de3c0fc003303b6f1e0b4cd88bfda489"},
    {"execute-api", "a//b", {}, "",
     "7534b3fc6c20dab8a673972a5530ba822c9dcd76de9ef5a9d6a1b2fc013dc736"},
    {"execute-api", "a//b", {}, "FwoGZXIvYXdzE/+==token",
     "31dff8a16821cd498dc306525c99aed27e68e6640892a25523b3b73520cc04e1"},
    {"execute-api", "a//b", {{"prefix", "a b/\303\251"}, {"list-type", "2"}}, "",
     "a9627457c0b837d7e060767b9fa4d8d31fe01160420d2df2527adc605b74837c"},
    {"execute-api", "a//b", {{"prefix", "a b/\303\251"}, {"list-type", "2"}}, "FwoGZXIvYXdzE/+==token",
     "eb18c12e7375ddba4333a127e004e7d6bfc4aa3ca49f34ba45a9dc5e3c0d9627"},
    {"execute-api", "a//b", {{"b", "2"}, {"a", "1"}, {"a", "0"}, {"a-b", ""}}, "",
     "fc34b1162c6227c51174a7c7a83e5cb760d373a38fbdfbdf7bbd265674afb44f"},
    {"execute-api", "a//b", {{"b", "2"}, {"a", "1"}, {"a", "0"}, {"a-b", ""}}, "FwoGZXIvYXdzE/+==token",
     "1b0bb39a3d6ede8d9017f41313992aaa70ef868fbf8b1150e495ce6162de6e63"},
    {"execute-api", "/lead", {}, "",
     "49e4ff1bc42372e4f92a1323cba1e73d87c99581594a9f6146a0bf6bd4a16920"},
    {"execute-api", "a/../b", {}, "",
     "795c7ff904ec789d8684bfa15ce479848bb7331a3120dce724821fde70ab8bac"},
    {"execute-api", "./a/.", {}, "",
     "a7bbadeaf8db02ec958eb48e645fc9305c70ab349ae7992a3a5d026de9978acf"},
    {"execute-api", "..", {}, "",
     "d9ca226d4c80d045747b37fcb4da72149955306bb1d8e9ab2655a7675332d685"},
    {"execute-api", "tail/", {}, "",
     "631d084dd18c56fc411b4eba0103254e9490408013af051b93be61e8489ca943"},
    {"execute-api", "q\077x#y", {}, "",
     "fe4a10d2c79457f96ee7772b791d4c2acd007116c0d896a107717b4d5b5d3257"},
    {"execute-api", "tab\011here", {}, "",
     "d467d0c629d7b4f8408faa445ba0b928f5847b653bc8bf4eb74683982c82833d"},
    {"execute-api", "\042<>\134^`{|}", {}, "",
     "882b57da91f813e0fb93256fa586e3c7590aa9b64195367b07e2c4100cfc46b7"},
};
// clang-format on

}  // namespace sm_train::test
