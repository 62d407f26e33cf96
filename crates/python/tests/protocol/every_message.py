"""One of every message, with fields that are not the defaults: for tests that go through all."""

from __future__ import annotations

from trunkline import protocol as p

FIELD = p.FieldDescription("été", 23, 4, 7, 1, 16384, -2)

FRONTEND: list[p.Message] = [
    p.CancelRequest(-7, b"\0key"),
    p.SSLRequest(),
    p.GSSENCRequest(),
    p.StartupMessage({"user": "alice", "options": "-c x=1"}, (3, 2)),
    p.PasswordMessage("sesame"),
    p.SASLInitialResponse("SCRAM-SHA-256", b"n,,n=,r=x"),
    p.SASLInitialResponse("SCRAM-SHA-256"),
    p.SASLResponse(b"\0\1"),
    p.GSSResponse(b"ab\0cd"),
    p.Query("select 'é'"),
    p.Parse("s", "select $1", [23, 0, 4294967295]),
    p.Bind("c", "s", [b"1", None, b"", b"\0"], [0, 1], [7]),
    p.Describe("S", "s"),
    p.Describe("P", "c"),
    p.Execute("c", -1),
    p.Close("S", "s"),
    p.Close("P"),
    p.Flush(),
    p.Sync(),
    p.FunctionCall(42, [b"x", None], [1], 1),
    p.CopyFail("no more"),
    p.Terminate(),
]
BOTH: list[p.Message] = [p.CopyData(b"1\t2\n"), p.CopyDone()]
BACKEND: list[p.Message] = [
    p.SSLResponse(True),
    p.GSSENCResponse(False),
    p.AuthenticationOk(),
    p.AuthenticationKerberosV5(),
    p.AuthenticationCleartextPassword(),
    p.AuthenticationMD5Password(b"\0\1\2\3"),
    p.AuthenticationGSS(),
    p.AuthenticationGSSContinue(b"\0tok"),
    p.AuthenticationSSPI(),
    p.AuthenticationSASL(["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"]),
    p.AuthenticationSASLContinue(b"r=x"),
    p.AuthenticationSASLFinal(b"v=x"),
    p.NegotiateProtocolVersion((3, 2), ["_pq_.x"]),
    p.BackendKeyData(17, b"secret key"),
    p.ParameterStatus("TimeZone", "UTC"),
    p.ReadyForQuery("T"),
    p.RowDescription([FIELD, p.FieldDescription("x")]),
    p.DataRow([b"1", None, b"", "é"]),
    p.CommandComplete("SELECT 1"),
    p.EmptyQueryResponse(),
    p.ParseComplete(),
    p.BindComplete(),
    p.CloseComplete(),
    p.NoData(),
    p.PortalSuspended(),
    p.ParameterDescription([23, 25]),
    p.CopyInResponse(1, [1, 1]),
    p.CopyOutResponse(0, [0]),
    p.CopyBothResponse(),
    p.ErrorResponse("no", "42P01", hint="try", position=7),
    p.NoticeResponse("well", "01000", "WARNING"),
    p.NotificationResponse(9, "channel", "payload"),
    p.FunctionCallResponse(b"x"),
    p.FunctionCallResponse(None),
]
EVERY = FRONTEND + BOTH + BACKEND


def backend_for(message: p.Message) -> p.Backend:
    """A backend to which this message may come next."""
    backend = p.Backend()
    if isinstance(message, (p.CancelRequest, p.SSLRequest, p.GSSENCRequest, p.StartupMessage)):
        return backend
    list(backend.receive(p.StartupMessage({"user": "u"}).to_wire()))
    if isinstance(message, p.PasswordMessage):
        backend.send(p.AuthenticationCleartextPassword())
    elif isinstance(message, p.SASLInitialResponse):
        backend.send(p.AuthenticationSASL(["SCRAM-SHA-256"]))
    elif isinstance(message, p.SASLResponse):
        backend.send(p.AuthenticationSASL(["SCRAM-SHA-256"]))
        list(backend.receive(p.SASLInitialResponse("SCRAM-SHA-256", b"x").to_wire()))
        backend.send(p.AuthenticationSASLContinue(b"y"))
    elif isinstance(message, p.GSSResponse):
        backend.send(p.AuthenticationGSS())
    else:
        backend = p.Backend(logged_in=True)
        if isinstance(message, (p.CopyData, p.CopyDone, p.CopyFail)):
            list(backend.receive(p.Query("copy t from stdin").to_wire()))
            backend.send(p.CopyInResponse())
    return backend


def frontend_for(message: p.Message) -> p.Frontend:
    """A frontend to which this message may come next."""
    startup = p.StartupMessage({"user": "u"})
    extended = {
        p.ParseComplete: [p.Parse()],
        p.BindComplete: [p.Bind()],
        p.CloseComplete: [p.Close("S")],
        p.NoData: [p.Describe("P")],
        p.PortalSuspended: [p.Execute()],
        p.ParameterDescription: [p.Describe("S")],
        p.FunctionCallResponse: [p.FunctionCall(1)],
    }
    if isinstance(message, (p.SSLResponse, p.GSSENCResponse)):
        frontend = p.Frontend()
        is_ssl = isinstance(message, p.SSLResponse)
        frontend.send(p.SSLRequest() if is_ssl else p.GSSENCRequest())
    elif isinstance(message, (p.AuthenticationSASLContinue, p.AuthenticationSASLFinal)):
        frontend = p.Frontend()
        frontend.send(startup)
        list(frontend.receive(p.AuthenticationSASL(["x"]).to_wire()))
        frontend.send(p.SASLInitialResponse("x"))
    elif isinstance(message, p.AuthenticationGSSContinue):
        frontend = p.Frontend()
        frontend.send(startup)
        list(frontend.receive(p.AuthenticationGSS().to_wire()))
        frontend.send(p.GSSResponse(b""))
    elif type(message).__name__.startswith(("Authentication", "Negotiate", "BackendKey")):
        frontend = p.Frontend()
        frontend.send(startup)
        if isinstance(message, p.BackendKeyData):
            list(frontend.receive(p.AuthenticationOk().to_wire()))
    else:
        frontend = p.Frontend(logged_in=True)
        for kind, messages in extended.items():
            if isinstance(message, kind):
                frontend.send(*messages)
                return frontend
        frontend.send(p.Query("x"))
        before: list[p.Message] = []
        if isinstance(message, p.DataRow):
            before = [p.RowDescription()]
        elif isinstance(message, (p.CopyData, p.CopyDone)):
            before = [p.CopyOutResponse()]
        elif isinstance(message, p.ReadyForQuery):
            before = [p.CommandComplete("x")]
        for earlier in before:
            list(frontend.receive(earlier.to_wire()))
    return frontend
