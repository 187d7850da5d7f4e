#!/usr/bin/env python3
"""A real RTSP camera for tests: serves H.264 of MP4 files, looped and not re-encoded, over TCP and UDP.

One argument, JSON: {"address": "127.0.0.1", "port": 0, "user": null, "password": null, "auth": "digest", "transports": "tcp+udp",
"mounts": [{"path": "/live", "file": "clip.mp4"}, {"path": "/sound", "launch": "audiotestsrc ! alawenc ! rtppcmapay name=pay0"}]}
Prints {"port": N} on one line once it listens, and ends when its standard input closes.
Needs Debian's python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good gstreamer1.0-plugins-bad.
"""
import json
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstApp, GstRtsp, GstRtspServer  # noqa: E402

ROLE = "watcher"
TRANSPORTS = {
    "tcp": GstRtsp.RTSPLowerTrans.TCP,
    "udp": GstRtsp.RTSPLowerTrans.UDP,
    "tcp+udp": GstRtsp.RTSPLowerTrans.TCP | GstRtsp.RTSPLowerTrans.UDP,
}


class Clip:
    """An MP4's access units in memory, with their times from the clip's start in ns."""

    def __init__(self, path):
        pipeline = Gst.parse_launch(
            "filesrc name=src ! qtdemux ! h264parse config-interval=-1 "
            "! video/x-h264,stream-format=byte-stream,alignment=au ! appsink name=out sync=false max-buffers=0"
        )
        pipeline.get_by_name("src").set_property("location", path)
        out = pipeline.get_by_name("out")
        pipeline.set_state(Gst.State.PLAYING)
        self.units = []
        while True:
            sample = out.emit("pull-sample")
            if sample is None:
                break
            buffer = sample.get_buffer()
            self.caps = sample.get_caps()
            self.units.append((buffer.extract_dup(0, buffer.get_size()), buffer.pts, buffer.dts, buffer.duration))
        pipeline.set_state(Gst.State.NULL)
        if not self.units:
            raise SystemExit(f"{path} holds no H.264")
        first = self.units[0][1]
        self.duration = max(pts + duration for _, pts, _, duration in self.units) - first


class ClipFactory(GstRtspServer.RTSPMediaFactory):
    """Plays a clip for ever; timestamps go on rising over the seam, as a camera's do."""

    def __init__(self, clip):
        super().__init__()
        self.clip = clip
        self.set_launch("( appsrc name=src is-live=true format=time max-bytes=400000 ! h264parse "
                        "! rtph264pay name=pay0 pt=96 config-interval=-1 )")

    def feed(self, media):
        src = media.get_element().get_by_name_recurse_up("src")
        src.set_property("caps", self.clip.caps)
        state = {"next": 0}
        src.connect("need-data", lambda src, _length: self.push(src, state))

    def push(self, src, state):
        clip = self.clip
        rounds, index = divmod(state["next"], len(clip.units))
        data, pts, dts, duration = clip.units[index]
        buffer = Gst.Buffer.new_wrapped(data)
        buffer.pts = pts + rounds * clip.duration
        if dts != Gst.CLOCK_TIME_NONE:
            buffer.dts = dts + rounds * clip.duration
        buffer.duration = duration
        state["next"] += 1
        src.emit("push-buffer", buffer)


def factory_of(mount):
    if "file" in mount:
        factory = ClipFactory(Clip(mount["file"]))
        factory.connect("media-configure", lambda factory, media: factory.feed(media))
        return factory
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {mount['launch']} )")
    return factory


def authentication(options):
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", ROLE)
    user, password = options["user"], options.get("password") or ""
    if options.get("auth", "digest") == "basic":
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    return auth


def main():
    options = json.loads(sys.argv[1])
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address(options.get("address", "127.0.0.1"))
    server.set_service(str(options.get("port", 0)))
    if options.get("user"):
        server.set_auth(authentication(options))
    for mount in options["mounts"]:
        factory = factory_of(mount)
        factory.set_protocols(TRANSPORTS[options.get("transports", "tcp+udp")])
        if options.get("user"):
            permissions = f"{ROLE}, media.factory.access=true, media.factory.construct=true"
            factory.add_role_from_structure(Gst.Structure.from_string(permissions)[0])
        server.get_mount_points().add_factory(mount["path"], factory)
    if server.attach(None) == 0:
        raise SystemExit(f"cannot listen on port {options.get('port')}")
    print(json.dumps({"port": server.get_bound_port()}), flush=True)
    loop = GLib.MainLoop()
    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_HUP | GLib.IO_IN, lambda *_: loop.quit())
    loop.run()


main()
