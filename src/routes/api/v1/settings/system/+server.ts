// The system settings: one row, applied live.
import { systemSettingsInput } from '#lib/contracts/settings.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';
import { ignoringReadOnly } from '#lib/server/http/record.ts';

const replacement = ignoringReadOnly(systemSettingsInput);

export const GET = endpoint({ role: 'viewer' }, ({ services }) => services.settings.get());

export const PUT = endpoint({ role: 'admin', body: replacement }, ({ services, body }) =>
	services.settings.put(body)
);
