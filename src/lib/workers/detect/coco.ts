// The classes that nearly every published detector tells apart: COCO's eighty.

const COCO = (
	'person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,' +
	'parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,' +
	'tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,' +
	'tennis racket,bottle,wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,' +
	'hot dog,pizza,donut,cake,chair,couch,potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,' +
	'keyboard,cell phone,microwave,oven,toaster,sink,refrigerator,book,clock,vase,scissors,teddy bear,' +
	'hair drier,toothbrush'
).split(',');

/** COCO's own ids run to 90 and leave these out, and 0. */
const UNUSED_IDS = new Set([0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83]);
const COCO_IDS = 91;

/** COCO's names where a model has as many classes as COCO, or as many as COCO's ids; null otherwise. */
export function cocoLabels(classes: number): string[] | null {
	if (classes === COCO.length) return [...COCO];
	if (classes !== COCO_IDS) return null;
	const names = COCO.values();
	return Array.from({ length: COCO_IDS }, (_, id) =>
		UNUSED_IDS.has(id) ? classLabel(id) : names.next().value!
	);
}

/** For a class nobody named. */
export const classLabel = (index: number): string => `class ${index}`;
