// Kubernetes' own word on our resources: the schemas of its API, and, since those let unknown fields pass, its types.
import ts from 'typescript';
import { join } from 'node:path';
import type { Resource } from './kustomize.ts';

const ROOT = join(import.meta.dirname, '../../..');

interface Model {
	new (data: unknown): { validate(): void };
}

/** One line for each resource whose fields do not fit its kind. */
export async function schemaViolations(resources: Resource[]): Promise<string[]> {
	const violations: string[] = [];
	for (const resource of resources) {
		try {
			const models = (await import(moduleOf(resource))) as { [kind: string]: Model | undefined };
			const Model = models[resource.kind];
			if (!Model) throw new Error(`${resource.apiVersion} has no ${resource.kind}`);
			new Model(resource).validate();
		} catch (error) {
			violations.push(`${resource.kind}/${resource.metadata.name}: ${(error as Error).message}`);
		}
	}
	return violations;
}

const moduleOf = ({ apiVersion }: Resource) => `kubernetes-models/${apiVersion}`;

/** Compiles the resources as literals of Kubernetes' types: the compiler names each field they do not have. */
export function unknownFields(resources: Resource[]): string[] {
	const file = join(ROOT, 'tests/house/deploy/rendered.ts');
	const source = resources
		.map(
			(resource, index) =>
				`import type { I${resource.kind} as Kind${index} } from '${moduleOf(resource)}';\n` +
				`export const r${index}: Kind${index} = ${JSON.stringify(resource)};\n`
		)
		.join('');
	const options: ts.CompilerOptions = {
		module: ts.ModuleKind.NodeNext,
		moduleResolution: ts.ModuleResolutionKind.NodeNext,
		target: ts.ScriptTarget.ES2022,
		types: [],
		noEmit: true,
		skipLibCheck: true,
		strict: true
	};
	const host = ts.createCompilerHost(options);
	const { fileExists, getSourceFile } = host;
	host.fileExists = (name) => name === file || fileExists(name);
	host.getSourceFile = (name, version, ...rest) =>
		name === file ? ts.createSourceFile(name, source, version) : getSourceFile(name, version, ...rest);
	const program = ts.createProgram([file], options, host);
	return program
		.getSemanticDiagnostics(program.getSourceFile(file))
		.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
