"""Other systems on loopback: OpenID Connect, WeCom, DingTalk and Feishu, as far as a log-in asks them anything."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt

CLIENT, SECRET = "client-of-keytally", "secret-of-keytally"


class Fake:
    """Answers by method and path; keeps what it was asked."""

    def __init__(self):
        self.answers: dict[str, Callable] = {}
        self.asked = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self):
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                query = {key: values[0] for key, values in parse_qs(parts.query).items()}
                sent = fake.read(body, self.headers.get("Content-Type", ""))
                fake.asked.append((self.command, parts.path, query | sent, dict(self.headers)))
                answer = fake.answers.get(parts.path)
                status, said = (404, {}) if answer is None else answer(query | sent, self.headers)
                payload = json.dumps(said).encode()
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", said["location"])
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            do_GET = do_POST = _answer  # noqa: N815 - the library's own names

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    @staticmethod
    def read(body, content_type):
        if not body:
            return {}
        if "json" in content_type or body.startswith("{"):
            return json.loads(body)
        return {key: values[0] for key, values in parse_qs(body).items()}

    def paths(self):
        return [path for _method, path, _sent, _headers in self.asked]

    @contextmanager
    def running(self):
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()
            thread.join()


class FakeOpenID(Fake):
    """An OpenID provider with one member; it checks client, code, PKCE and redirect address."""

    def __init__(self, *, mail="li.na@example.com", is_verified=True, subject="sub-1"):
        super().__init__()
        self.member = {"sub": subject, "email": mail, "email_verified": is_verified, "name": "李娜"}
        self.codes = {}
        self.answers = {
            "/.well-known/openid-configuration": self._configuration,
            "/authorize": self._authorize,
            "/token": self._token,
            "/userinfo": self._userinfo,
        }

    def _configuration(self, _sent, _headers):
        return 200, {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def _authorize(self, sent, _headers):
        code = f"code-{len(self.codes)}"
        self.codes[code] = sent
        return 302, {"location": f"{sent['redirect_uri']}?code={code}&state={sent['state']}"}

    def _token(self, sent, _headers):
        asked = self.codes.pop(sent.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        is_right = (
            asked
            and (sent["client_id"], sent["client_secret"]) == (CLIENT, SECRET)
            and sent["redirect_uri"] == asked["redirect_uri"]
            and asked["code_challenge"] == challenge.decode().rstrip("=")
        )
        if not is_right:
            return 400, {"error": "invalid_grant"}
        claims = {**self.member, "iss": self.url, "aud": CLIENT, "iat": 1_700_000_000, "exp": 4_000_000_000}
        token = jwt.encode(claims, "k" * 32, algorithm="HS256")
        return 200, {"access_token": "at", "token_type": "Bearer", "expires_in": 300, "id_token": token}

    def _userinfo(self, _sent, headers):
        return (200, self.member) if headers["Authorization"] == "Bearer at" else (401, {})


class FakeWeCom(Fake):
    """A corporation in WeCom with one member, and a guest of another one."""

    CORP, AGENT = "ww-corp", "1000002"

    def __init__(self, *, userid="LiNa", mail="li.na@example.com", is_guest=False, has_details=True):
        super().__init__()
        self.userid, self.mail, self.is_guest, self.has_details = userid, mail, is_guest, has_details
        self.answers = {
            "/wwlogin/sso/login": self._sent_back,
            "/connect/oauth2/authorize": self._sent_back,
            "/cgi-bin/gettoken": self._token,
            "/cgi-bin/auth/getuserinfo": self._who,
            "/cgi-bin/user/get": self._user,
            "/cgi-bin/auth/getuserdetail": self._detail,
        }

    def _sent_back(self, sent, _headers):
        return 302, {"location": f"{sent['redirect_uri']}?code=wecom-code&state={sent['state']}"}

    def _token(self, sent, _headers):
        if (sent["corpid"], sent["corpsecret"]) != (self.CORP, SECRET):
            return 200, {"errcode": 40001, "errmsg": "invalid credential"}
        return 200, {"errcode": 0, "errmsg": "ok", "access_token": "corp-token", "expires_in": 7200}

    def _who(self, sent, _headers):
        if sent["access_token"] != "corp-token" or sent["code"] != "wecom-code":
            return 200, {"errcode": 40029, "errmsg": "invalid code"}
        if self.is_guest:
            return 200, {"errcode": 0, "errmsg": "ok", "openid": "guest"}
        return 200, {"errcode": 0, "errmsg": "ok", "userid": self.userid, "user_ticket": "ticket"}

    def _user(self, _sent, _headers):
        if not self.has_details:
            return 200, {"errcode": 60011, "errmsg": "no privilege"}
        return 200, {"errcode": 0, "errmsg": "ok", "userid": self.userid, "name": "李娜", "email": "typed@example.com"}

    def _detail(self, sent, _headers):
        assert sent["user_ticket"] == "ticket"
        return 200, {"errcode": 0, "errmsg": "ok", "userid": self.userid, "biz_mail": self.mail}


class FakeDingTalk(Fake):
    """DingTalk with one member."""

    def __init__(self, *, open_id="ding-1", mail="li.na@example.com"):
        super().__init__()
        self.open_id, self.mail = open_id, mail
        self.answers = {"/v1.0/oauth2/userAccessToken": self._token, "/v1.0/contact/users/me": self._me}

    def _token(self, sent, _headers):
        if (sent["clientId"], sent["clientSecret"], sent["code"]) != (CLIENT, SECRET, "ding-code"):
            return 400, {"code": "invalidAuthCode"}
        return 200, {"accessToken": "dt", "refreshToken": "r", "expireIn": 7200}

    def _me(self, _sent, headers):
        assert headers["x-acs-dingtalk-access-token"] == "dt"
        return 200, {"openId": self.open_id, "unionId": "u", "nick": "李娜", "email": self.mail}


class FakeFeishu(Fake):
    """Feishu with one member."""

    def __init__(self, *, open_id="ou-1", mail="li.na@example.com"):
        super().__init__()
        self.open_id, self.mail = open_id, mail
        self.answers = {
            "/open-apis/auth/v3/app_access_token/internal/": self._app,
            "/open-apis/authen/v1/access_token": self._token,
            "/open-apis/authen/v1/user_info": self._me,
        }

    def _app(self, sent, _headers):
        is_right = (sent["app_id"], sent["app_secret"]) == (CLIENT, SECRET)
        return 200, {"code": 0, "app_access_token": "app"} if is_right else {"code": 10003}

    def _token(self, sent, _headers):
        assert (sent["code"], sent["app_access_token"]) == ("feishu-code", "app")
        return 200, {"code": 0, "data": {"access_token": "fs", "refresh_token": "r", "expires_in": 7200}}

    def _me(self, _sent, headers):
        assert headers["Authorization"] == "Bearer fs"
        return 200, {"code": 0, "data": {"open_id": self.open_id, "name": "李娜", "enterprise_email": self.mail}}
