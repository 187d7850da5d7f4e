// The formats that the document names, for a validator of JSON Schema: as strict as what the server takes.
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';

export function formats(ajv: Ajv2020): void {
	ajv.addFormat('uuid', (text: string) => z.uuid().safeParse(text).success);
	ajv.addFormat('email', (text: string) => z.email().safeParse(text).success);
	ajv.addFormat('date-time', (text: string) => z.iso.datetime().safeParse(text).success);
	ajv.addFormat('uri', (text: string) => URL.canParse(text));
}
