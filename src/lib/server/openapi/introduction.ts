// What whoever reads the document first has to know: the description of the whole API.

export const INTRODUCTION = `Multi-camera video analytics: motion as a vector field, objects, zones, rules and alerts.

**Signing in.** A browser signs in at \`POST /api/auth/sign-in/email\` and gets a cookie. A program sends an API key: \`Authorization: Bearer <key>\`.

**Roles.** \`viewer\` reads, \`operator\` also runs and tunes streams and acknowledges alerts, \`admin\` does everything. Each call names the least role it needs; who has none is answered 401, who has too little 403.

**Bodies** are JSON in UTF-8, at most 256 KiB. A field that is not known is refused, and so is text with NUL or half a character. What a record holds that only the server writes is ignored, so that it can be sent back as it was read. Moments are ISO 8601 in UTC: \`2026-03-01T12:00:00.000Z\`.

**Errors** are problem documents (RFC 9457) with a stable \`code\`; \`detail\` says what happened, to what, and what to do, and for bad input \`errors\` names each field. A path that does not exist answers 404, a method it does not take 405, a body longer than is read 413.

**Changing only what was seen.** Where an answer has an \`ETag\`, send it as \`If-Match\`: if somebody else was quicker, the answer is 409.

**Finding it in the log.** Every answer has an \`X-Request-Id\`.

**Units.** Magnitudes are pixels of the analysed frame per analysed frame; directions are degrees clockwise from up in the picture; coherence is 0..1; boxes and points are in 0..1 of the frame.`;
