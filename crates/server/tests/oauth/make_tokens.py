"""Makes keys and tokens by PyJWT, and writes down what PyJWT thinks of the tokens.

    make_tokens.py    (needs PyJWT and cryptography; writes keys.json and tokens.tsv beside itself)

A line is a name, the token, and `good` or the exception of PyJWT. The private keys are thrown away.
"""

import base64
import json
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

HERE = Path(__file__).parent
ISSUER, AUDIENCE = "https://issuer.example", "postgres"
# In the years 2100 and 2001.
FUTURE, PAST = 4102444800, 1000000000

rsa_key, other_rsa = (rsa.generate_private_key(65537, 2048) for _ in range(2))
p256, other_p256 = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
p384 = ec.generate_private_key(ec.SECP384R1())
ed, other_ed = (ed25519.Ed25519PrivateKey.generate() for _ in range(2))


def public(algorithm, key, **more):
    return json.loads(algorithm.to_jwk(key.public_key())) | more


KEYS = [
    public(RSAAlgorithm, rsa_key, kid="rsa", use="sig", alg="RS256"),
    public(ECAlgorithm, p256, kid="p256", use="sig"),
    public(OKPAlgorithm, ed, kid="ed"),
    # For something else, or of a kind that is not known: passed over.
    public(ECAlgorithm, p384, kid="p384", use="sig", alg="ES384"),
    public(RSAAlgorithm, other_rsa, kid="encryption", use="enc"),
    public(RSAAlgorithm, other_rsa, kid="pss", use="sig", alg="PS256"),
    {"kty": "XXX", "kid": "unknown"},
]
for key in KEYS:
    key.pop("key_ops", None)
ALGORITHMS = {"rsa": "RS256", "p256": "ES256", "ed": "EdDSA"}

lines = []


def judge(name, token):
    """PyJWT is asked as a careful program asks it: the algorithm comes from the key."""
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        key = next((key for key in KEYS if key["kid"] == kid and kid in ALGORITHMS), None)
        if key is None:
            raise jwt.InvalidKeyError
        jwt.decode(
            token,
            jwt.PyJWK(key, ALGORITHMS[kid]),
            algorithms=[ALGORITHMS[kid]],
            audience=AUDIENCE,
            issuer=ISSUER,
            leeway=60,
            options={"require": ["exp", "iss", "aud"]},
        )
        verdict = "good"
    except (jwt.PyJWTError, ValueError) as error:
        verdict = type(error).__name__
    lines.append(f"{name}\t{token}\t{verdict}")


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claims(**changed):
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "exp": FUTURE, "scope": "openid profile"}
    return {name: value for name, value in (usual | changed).items() if value is not None}


def sign(key, kid, algorithm=None, **changed):
    algorithm = algorithm or ALGORITHMS[kid]
    return jwt.encode(claims(**changed), key, algorithm=algorithm, headers={"kid": kid})


SIGNERS = {"rsa": (rsa_key, other_rsa), "p256": (p256, other_p256), "ed": (ed, other_ed)}
for kid, (key, other) in SIGNERS.items():
    token = sign(key, kid)
    header, payload, signature = token.split(".")
    judge(f"{kid}: right", token)
    judge(f"{kid}: signed by another key", sign(other, kid))
    forged = b64(json.dumps(claims(sub="root")).encode())
    judge(f"{kid}: another payload", f"{header}.{forged}.{signature}")
    judge(f"{kid}: no signature", f"{header}.{payload}.")
    judge(f"{kid}: half a signature", f"{header}.{payload}.{signature[:40]}")
    judge(f"{kid}: a signature of zeros", f"{header}.{payload}.{b64(bytes(len(signature) * 3 // 4))}")
    longer = b64(base64.urlsafe_b64decode(signature + "==") + b"x")
    judge(f"{kid}: a longer signature", f"{header}.{payload}.{longer}")
    for name in ("none", "None", "HS256"):
        head = b64(json.dumps({"alg": name, "typ": "JWT", "kid": kid}).encode())
        judge(f"{kid}: calls itself {name}", f"{head}.{payload}.{signature}")
        judge(f"{kid}: calls itself {name}, without signature", f"{head}.{payload}.")

der = p256.sign(sign(p256, "p256").rsplit(".", 1)[0].encode(), ec.ECDSA(hashes.SHA256()))
judge("p256: signature in DER", sign(p256, "p256").rsplit(".", 1)[0] + "." + b64(der))
pem = rsa_key.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
hmac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
for name, password in [("PEM", pem), ("its number", base64.urlsafe_b64decode(KEYS[0]["n"] + "=="))]:
    head = b64(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "rsa"}).encode())
    body = f"{head}.{b64(json.dumps(claims()).encode())}"
    judge(f"rsa: a password that is the public key, {name}", f"{body}.{b64(hmac.sign(body.encode(), password))}")
judge("rsa: by another hash", sign(rsa_key, "rsa", "RS512"))
judge("rsa: by PSS", sign(rsa_key, "rsa", "PS256"))
judge("p384: a key of another kind", sign(p384, "p384", "ES384"))
judge("a key for encryption", sign(other_rsa, "encryption", "RS256"))
judge("a key for PSS", sign(other_rsa, "pss", "RS256"))
judge("a key that is not there", sign(ed, "gone", "EdDSA"))
judge("the key of another algorithm", sign(ed, "rsa", "EdDSA"))

judge("audience: one of several", sign(ed, "ed", aud=["x", AUDIENCE]))
judge("audience: another", sign(ed, "ed", aud="x"))
judge("audience: others", sign(ed, "ed", aud=["x", "y"]))
judge("audience: none", sign(ed, "ed", aud=None))
judge("audience: an empty list", sign(ed, "ed", aud=[]))
judge("audience: longer", sign(ed, "ed", aud=AUDIENCE + "x"))
judge("issuer: another", sign(ed, "ed", iss="https://evil.example"))
judge("issuer: with a slash", sign(ed, "ed", iss=ISSUER + "/"))
judge("issuer: none", sign(ed, "ed", iss=None))
judge("expired", sign(ed, "ed", exp=PAST))
judge("never expires", sign(ed, "ed", exp=None))
judge("expires, it does not say when", sign(ed, "ed", exp="soon"))
judge("begins later", sign(ed, "ed", nbf=FUTURE - 1000))
judge("has begun", sign(ed, "ed", nbf=PAST))
judge("begins, it does not say when", sign(ed, "ed", nbf="soon"))

good = sign(ed, "ed")
for name, token in [
    ("no dots", good.replace(".", "")),
    ("one dot", good.rsplit(".", 1)[0]),
    ("three dots", good + ".x"),
    ("padded", good + "="),
    ("the other base64", good.replace("-", "+").replace("_", "/") if set("-_") & set(good) else good + "+"),
    ("nothing", ".."),
    ("a header that is no JSON", b64(b"x") + "." + good.split(".", 1)[1]),
    ("a header that is a list", b64(b"[]") + "." + good.split(".", 1)[1]),
]:
    judge(f"form: {name}", token)

(HERE / "keys.json").write_text(json.dumps({"keys": KEYS}, indent=1) + "\n")
(HERE / "tokens.tsv").write_text("\n".join(lines) + "\n")
