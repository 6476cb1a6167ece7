"""A client of the contract page in Python's standard library. Prints one JSON object: {"deviations": [...], "codes": [...]}.

Usage: python3 -I strict.py URL OPS_TOKEN [IDENTITY_SECRET]
It is one table of exchanges: each says what is sent, and what must come back.
"""
import base64
import hashlib
import hmac
import http.client
import json
import re
import sys
import time
from urllib.parse import urlsplit

URL, OPS = sys.argv[1], sys.argv[2]
SECRET = sys.argv[3] if len(sys.argv) > 3 else None
TAG = "py%x" % (time.time_ns() % 16**8)
ALICE, BOB, LINE, SEATS = "alice-" + TAG, "bob-" + TAG, "line-" + TAG, "seats-" + TAG
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
deviations, codes = [], set()

# A field's type: a Python type, a set of values, "time", or a tuple of alternatives.
PLACE = {
    "userId": str, "queueId": str, "status": {"ACTIVE", "WAITING", "EXPIRED"}, "position": int, "ticket": int,
    "etaSeconds": int, "expiresAt": ("time", None), "pollAfterSeconds": int, "token": str,
}
RESERVATION = {
    "reservationId": str, "userId": str, "concertId": int, "concertScheduleId": int, "seatId": int,
    "status": {"HELD", "CONFIRMED", "CANCELLED", "EXPIRED"}, "price": int, "balance": (int, None),
    "heldUntil": ("time", None), "confirmedAt": ("time", None),
}
PROBLEM = {"type": str, "title": str, "status": int, "detail": str, "code": str, "requestId": str}
QUEUE = {
    "queueId": str, "cap": int, "active": int, "waiting": int, "servingTicket": int, "admittedPerMinute": int,
    "estimatedWaitSeconds": int, "state": {"OPEN", "PAUSED", "PRE_QUEUE"},
}
SEAT = {
    "seatId": int, "label": str, "section": str, "kind": {"SEAT", "STANDING"}, "price": int, "capacity": int,
    "remaining": int, "status": {"AVAILABLE", "HELD", "SOLD"},
}


def fits(value, kind):
    if isinstance(kind, tuple):
        return any(fits(value, one) for one in kind)
    if isinstance(kind, set):
        return isinstance(value, str) and value in kind
    if kind is None:
        return value is None
    if kind == "time":
        return isinstance(value, str) and TIME.match(value) is not None
    return type(value) is kind  # True is no int here


def shape(what, value, fields, optional=()):
    if not isinstance(value, dict):
        deviations.append(f"{what}: no object")
        return
    for name, kind in fields.items():
        if name not in value or not fits(value[name], kind):
            deviations.append(f"{what}: {name} is {value.get(name)!r}")
    for name in value.keys() - fields.keys() - set(optional):
        deviations.append(f"{what}: {name} is not on the page")


def login(user):
    if SECRET is None:
        return {}
    part = lambda data: base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=")
    signed = part({"alg": "HS256"}) + b"." + part({"sub": user, "exp": int(time.time()) + 600})
    mac = base64.urlsafe_b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).rstrip(b"=")
    return bearer((signed + b"." + mac).decode())


def bearer(token):
    return {"Authorization": "Bearer " + token}


def send(method, path, body=None, headers=None):
    connection = http.client.HTTPConnection(urlsplit(URL).netloc, timeout=30)
    headers = dict(headers or {})
    if body is not None:
        headers.setdefault("Content-Type", "application/json")
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, data


def ok(method, path, fields, body=None, headers=None, optional=()):
    status, given, data = send(method, path, body, headers)
    if status != 200 or not given.get("content-type", "").startswith("application/json"):
        deviations.append(f"{method} {path}: {status} {data[:300]!r}")
        return {}
    value = json.loads(data)
    shape(f"{method} {path}", value, fields, optional)
    return value


def refused(expected, method, path, body=None, headers=None):
    status, code = expected
    got, given, data = send(method, path, body, headers)
    if got != status or given.get("content-type") != "application/problem+json":
        deviations.append(f"{method} {path}: {got} {data[:300]!r}, not {code}")
        return given
    problem = json.loads(data)
    shape(code, problem, PROBLEM, ("errors",))
    if problem["code"] != code or problem["status"] != status:
        deviations.append(f"{method} {path}: {problem['code']}, not {code}")
    for error in problem.get("errors", []):
        shape("an error", error, {"path": str, "message": str})
    codes.add(code)
    return given


def must(holds, otherwise):
    if not holds:
        deviations.append(otherwise)


def seat(user, number, **other):
    return {"userId": user, "concertId": 123, "concertScheduleId": 456, "seatId": number, "queueId": SEATS, **other}


def the_line():
    create = "/api/v1/token/create"
    send("PATCH", "/ops/api/queues/" + LINE, {"cap": 1}, bearer(OPS))
    inside = ok("POST", create, PLACE, {"userId": ALICE, "queueId": LINE}, login(ALICE))
    waits = ok("POST", create, PLACE, {"userId": BOB, "queueId": LINE}, login(BOB))
    must((inside.get("status"), inside.get("position")) == ("ACTIVE", 0), "a free slot is not given at once")
    must((waits.get("status"), waits.get("position")) == ("WAITING", 1), "the cap of 1 lets two in")
    ok("GET", "/api/v1/queue/" + LINE, QUEUE)
    must(send("DELETE", "/api/v1/token", None, bearer(inside["token"]))[::2] == (204, b""), "leaving is no 204")
    must(ok("GET", "/api/v1/token", PLACE, None, bearer(waits["token"])).get("status") == "ACTIVE", "nobody followed")
    refused((404, "NOT_IN_QUEUE"), "GET", "/api/v1/token", None, bearer(inside["token"]))
    refused((401, "UNAUTHENTICATED"), "GET", "/api/v1/token", None, bearer("a.b.c"))
    refused((400, "MALFORMED_JSON"), "POST", create, b"{", login(ALICE))
    refused((400, "VALIDATION_FAILED"), "POST", create, {"userId": "a b"}, login(ALICE))
    refused((413, "BODY_TOO_LARGE"), "POST", create, b" " * 1_048_577, login(ALICE))
    refused((415, "UNSUPPORTED_MEDIA_TYPE"), "POST", create, b"a", {"Content-Type": "text/xml", **login(ALICE)})
    must(refused((405, "METHOD_NOT_ALLOWED"), "PATCH", create).get("allow") == "POST", "Allow is not POST")
    key = {"Idempotency-Key": "enter-" + TAG, **login(ALICE)}
    first = send("POST", create, {"userId": ALICE, "queueId": LINE}, key)
    again = send("POST", create, {"userId": ALICE, "queueId": LINE}, key)
    must(first[2] == again[2] and again[1].get("idempotency-replayed") == "true", "entering is not replayed as it was")


def the_events():
    connection = http.client.HTTPConnection(urlsplit(URL).netloc, timeout=30)
    token = ok("POST", "/api/v1/token/create", PLACE, {"userId": BOB, "queueId": LINE}, login(BOB))["token"]
    connection.request("GET", "/api/v1/token/events", None, bearer(token))
    stream = connection.getresponse()
    must(stream.getheader("content-type", "").startswith("text/event-stream"), "the events are no event stream")
    event = None
    while True:
        line = stream.readline().decode().rstrip("\n")
        if line.startswith("event: "):
            event = line[7:]
        if line.startswith("data: "):
            break
    must(event in {"position", "active", "expired"}, f"an event named {event}")
    shape("an event", json.loads(line[6:]), {name: kind for name, kind in PLACE.items() if name != "token"})
    connection.close()


def the_money():
    wallet = "/api/v1/wallet/" + ALICE
    fields = {"userId": {ALICE}, "balance": int}
    before = ok("GET", wallet, fields, None, login(ALICE))["balance"]
    key = {"Idempotency-Key": "~" * 255, **login(ALICE)}
    first = send("POST", wallet + "/charge", {"amount": 7}, key)
    again = send("POST", wallet + "/charge", {"amount": 7}, key)
    must(first[2] == again[2] and again[1].get("idempotency-replayed") == "true", "a charge is not replayed as it was")
    must(json.loads(first[2]) == {"userId": ALICE, "balance": before + 7}, "a charge of 7 is none")
    refused((422, "IDEMPOTENCY_KEY_REUSED"), "POST", wallet + "/charge", {"amount": 8}, key)
    refused((400, "VALIDATION_FAILED"), "POST", wallet + "/charge", {"amount": 7}, {"Idempotency-Key": "a b", **login(ALICE)})
    entries = ok("GET", wallet + "/entries", {"items": list}, None, login(ALICE), ("nextCursor",))["items"]
    must([(one["kind"], one["amount"]) for one in entries] == [("CHARGE", 7), ("OPENING", before)], "a ledger of others")
    for one in entries:
        shape("an entry", one, {"entryId": int, "amount": int, "kind": {"OPENING", "CHARGE"}, "at": "time"})


def the_seats():
    reserve = "/api/v1/reservation"
    free = ok("GET", "/api/v1/concerts/123/schedules/456/seats", {"items": list})["items"]
    for one in free:
        shape("a seat", one, SEAT)
    one, two, three, *_ = [s["seatId"] for s in free if s["kind"] == "SEAT" and s["status"] == "AVAILABLE"][:200:20]
    refused((403, "NOT_ADMITTED"), "POST", reserve, seat(ALICE, one), login(ALICE))
    for user in (ALICE, BOB):
        ok("POST", "/api/v1/token/create", PLACE, {"userId": user, "queueId": SEATS}, login(user))
    mine = ok("POST", reserve, {**RESERVATION, "status": {"CONFIRMED"}}, seat(ALICE, one), login(ALICE))
    must(ok("POST", reserve, RESERVATION, seat(ALICE, one), login(ALICE)).get("reservationId") == mine["reservationId"], "one seat, two reservations")
    refused((409, "SEAT_TAKEN"), "POST", reserve, seat(BOB, one), login(BOB))
    refused((404, "SEAT_NOT_FOUND"), "POST", reserve, seat(BOB, 5), login(BOB))
    refused((404, "SCHEDULE_NOT_FOUND"), "POST", reserve, seat(BOB, one, concertScheduleId=2**40), login(BOB))
    refused((404, "CONCERT_NOT_FOUND"), "POST", reserve, seat(BOB, one, concertId=2**40), login(BOB))
    hold = ok("POST", reserve + "/hold", {**RESERVATION, "status": {"HELD"}, "heldUntil": "time"}, seat(BOB, two), login(BOB))
    path = reserve + "/" + hold["reservationId"]
    ok("DELETE", path, {**RESERVATION, "status": {"CANCELLED"}}, None, login(BOB))
    refused((409, "RESERVATION_CLOSED"), "POST", path + "/pay", {}, login(BOB))
    late = ok("POST", reserve + "/hold", RESERVATION, seat(BOB, two), login(BOB))
    refused((404, "RESERVATION_NOT_FOUND"), "GET", reserve + "/nope", None, login(BOB))
    owned = ok("GET", reserve + "?userId=" + ALICE, {"items": list}, None, login(ALICE))["items"]
    must([r["reservationId"] for r in owned] == [mine["reservationId"]], "the list is not what was bought")
    if SECRET is not None:
        refused((404, "RESERVATION_NOT_FOUND"), "GET", reserve + "/" + mine["reservationId"], None, login(BOB))
        refused((404, "NOT_FOUND"), "GET", "/api/v1/wallet/" + ALICE, None, login(BOB))
        refused((403, "FORBIDDEN"), "POST", reserve, seat(ALICE, three), login(BOB))
        refused((401, "UNAUTHENTICATED"), "GET", "/api/v1/wallet/" + ALICE)
    time.sleep(1.5)
    refused((409, "HOLD_EXPIRED"), "POST", reserve + "/" + late["reservationId"] + "/pay", {}, login(BOB))
    cancelled = ok("DELETE", reserve + "/" + mine["reservationId"], {**RESERVATION, "status": {"CANCELLED"}}, None, login(ALICE))
    entries = ok("GET", "/api/v1/wallet/" + ALICE + "/entries", {"items": list}, None, login(ALICE), ("nextCursor",))["items"]
    must([one["kind"] for one in entries[:2]] == ["REFUND", "PAYMENT"], "what was cancelled is not refunded")
    must(entries[0].get("reservationId") == cancelled["reservationId"], "a refund of something else")


def the_operators():
    audit = ok("GET", "/ops/api/audit", {"ok": bool, "checks": list}, None, bearer(OPS))
    must(audit.get("ok") is True, f"the audit: {audit}")
    checklist = ok("GET", "/ops/api/checklist", {"checkedAt": "time", "areas": dict}, None, bearer(OPS))
    must(set(checklist["areas"]) == {"logs", "redis", "db", "kafka", "scheduler"}, "other areas")
    for area in checklist["areas"].values():
        for item in area["items"]:
            shape("an item", item, {"name": str, "status": {"OK", "WARN", "DOWN", "OFF"}}, ("value", "unit", "limit"))
    ok("GET", "/ops/api/dead-letters", {"items": list}, None, bearer(OPS))
    ok("GET", "/ops/api/incidents", {"items": list}, None, bearer(OPS))
    refused((404, "NOT_FOUND"), "GET", "/ops/api/queues/never-" + TAG, None, bearer(OPS))
    refused((401, "UNAUTHENTICATED"), "GET", "/ops/api/checklist", None, bearer("guessed"))


for part in (the_line, the_events, the_money, the_seats, the_operators):
    try:
        part()
    except (KeyError, ValueError, OSError, TypeError) as error:
        deviations.append(f"{part.__name__}: {error!r}")
print(json.dumps({"deviations": deviations, "codes": sorted(codes)}))
