export const NOISE = `
float hf(uint x){x^=x>>15;x*=0x2c1b3c6du;x^=x>>13;return float((x*0x297a2d39u)>>8)*(1./16777216.);}
float hash(vec3 p){ivec3 q=ivec3(floor(p));return hf(uint(q.x)*0x9E3779B1u^uint(q.y)*0x85EBCA77u^uint(q.z)*0xC2B2AE3Du);}
float vn(vec3 p){vec3 i=floor(p),f=p-i;f=f*f*(3.-2.*f);ivec3 q=ivec3(i);uint a=uint(q.x)*0x9E3779B1u,b=uint(q.y)*0x85EBCA77u,c=uint(q.z)*0xC2B2AE3Du,A=a+0x9E3779B1u,B=b+0x85EBCA77u,C=c+0xC2B2AE3Du;
 return mix(mix(mix(hf(a^b^c),hf(A^b^c),f.x),mix(hf(a^B^c),hf(A^B^c),f.x),f.y),mix(mix(hf(a^b^C),hf(A^b^C),f.x),mix(hf(a^B^C),hf(A^B^C),f.x),f.y),f.z);}
float fbm(vec3 p){float s=0.,a=.5;for(int i=0;i<4;i++){s+=a*vn(p);p=p*2.03+17.1;a*=.5;}return s/.9375;}
`;
export const SURF =
	NOISE +
	`
uniform vec3 envUp, envHor, envLow;
vec3 env(vec3 d){ float t=d.y; vec3 s=mix(envHor,envUp,smoothstep(0.,.7,t)); float city=smoothstep(.16,.10,t+.05*vn(vec3(atan(d.x,d.z)*7.,0.,0.)));
  s=mix(s,envLow*1.6,city*.75); return mix(s,envLow,smoothstep(.02,-.12,t)); }
struct Surf{vec3 a;float gloss;float refl;vec3 e;vec3 n;};
Surf surface(int m,vec3 p,vec3 n,vec3 c,vec3 wp){
  Surf s; s.a=c; s.gloss=0.; s.refl=0.; s.e=vec3(0); s.n=n; vec3 an=abs(n);
  vec2 w = an.y>.6? p.xz : (an.x>an.z? p.zy : p.xy);
  if(m==1){ float g=fbm(p*vec3(38.)),l=fbm(p*.55),k=vn(p*90.); s.a*=.72+.5*g*.6+.35*l; s.a+=(.05)*step(.86,k)*vec3(1.,.98,.94);
    float cr=abs(fbm(vec3(p.xz*.5,3.))-.5)+.02*vn(p*6.); s.a*=mix(.55,1.,smoothstep(.0,.016,cr)); float oil=smoothstep(.62,.75,fbm(vec3(p.xz*.9,9.)));s.a*=1.-.28*oil; }
  else if(m==2){ vec2 q=w/vec2(.6,.4); float row=floor(q.y); q.x+=.5*mod(row,2.); vec2 f=fract(q),id=floor(q); float e=min(min(f.x,1.-f.x)*.6,min(f.y,1.-f.y)*.4);
    float t=hash(vec3(id,5.)); s.a*=.78+.34*t; s.a*=.82+.3*fbm(p*9.)*1.; s.a*=.75+.45*fbm(vec3(p.xz*.4,2.)); s.a*=mix(.42,1.,smoothstep(.006,.016,e)); s.a*=1.-.3*smoothstep(.8,.95,hash(vec3(floor(p.xz*11.),4.)))*step(.7,vn(p*3.)); }
  else if(m==3){ vec2 q=w/vec2(.24,.08); float row=floor(q.y);q.x+=.5*mod(row,2.);vec2 f=fract(q),id=floor(q);float e=min(min(f.x,1.-f.x)*.24,min(f.y,1.-f.y)*.08);
    float t=hash(vec3(id,1.)); vec3 b=c*(.62+.7*t); b*=mix(vec3(1.),vec3(.75,.8,.95),step(.85,hash(vec3(id,8.)))); s.a=mix(vec3(.30,.28,.25),b,smoothstep(.004,.011,e)); s.a*=.72+.5*fbm(p*.7)*1.; s.a*=.9+.2*vn(p*40.); s.a*=1.-.35*smoothstep(.6,0.,p.y)*fbm(p*3.); }
  else if(m==4){ s.a*=.82+.3*fbm(p*1.3); s.a*=.94+.12*vn(p*30.); float st=fbm(vec3(w.x*3.,w.y*.25,2.)); s.a*=1.-.22*smoothstep(.5,.85,st)*step(an.y,.5); }
  else if(m==5){ s.a=vec3(.02)+.05*c*hash(vec3(floor(wp*.55))); s.refl=1.; s.gloss=.9; vec2 o=vec2(vn(wp*.8),vn(wp*.8+9.))-.5; s.n=normalize(n+.05*vec3(o.x,o.y,o.x)); float bl=step(.55,hash(vec3(floor(wp*.6)+3.))); s.a+=bl*vec3(.10,.09,.075)*(.6+.4*step(.5,fract(wp.y*14.))); }
  else if(m==6){ s.a*=.6+.8*vn(p*6.); s.a*=vec3(.95+.2*vn(p*1.1),1.,.9); }
  else if(m==7){ s.a=min(s.a*.85,vec3(.52));s.gloss=.75; s.refl=.9; float g=vn(p*4.)*.65+.35*vn(p*13.); s.a*=.93+.14*g; s.a=mix(s.a,vec3(.16,.14,.115),.5*smoothstep(.62,.2,p.y)*g); s.n=normalize(n+.012*(vec3(g,vn(p*3.+5.),1.-g)-.5)); }
  else if(m==8){ s.gloss=.95; s.refl=1.; }
  else if(m==9){ float f=vn(p*vec3(9.,5.,9.)),g=vn(p*vec3(21.,12.,21.)+4.); s.a*=.62+.5*f+.22*g; s.a*=.86+.28*vn(p*70.); s.n=normalize(n+.55*(vec3(f,g,vn(p*vec3(13.,8.,13.)+3.))-.5)); }
  else if(m==10){ s.a*=.85+.3*vn(p*25.); s.gloss=.1; }
  else if(m==11){ s.a*=.8+.4*vn(p*20.); s.gloss=.1; }
  else if(m==12){ vec2 q=w/1.2; vec2 f=fract(q),id=floor(q); float e=min(min(f.x,1.-f.x),min(f.y,1.-f.y))*1.2; float t=hash(vec3(id,2.)); float k=vn(p*55.),k2=vn(p*31.+4.);
    s.a*=.88+.2*t; s.a*=.88+.24*fbm(p*2.2+t*9.); s.a=mix(s.a,s.a*.45,smoothstep(.70,.80,k)); s.a=mix(s.a,vec3(.72,.68,.6),.7*smoothstep(.76,.84,k2)); s.a*=mix(.5,1.,smoothstep(.006,.016,e)); s.a*=.9+.16*fbm(vec3(p.xz*.35,1.)); s.gloss=.45; s.refl=.35; }
  else if(m==13){ s.e=c; s.a=vec3(0); }
  else if(m==14){ float g=fbm(p*vec3(22.)); s.a*=.5+.9*g; s.a*=.7+.6*fbm(p*.8); s.a=mix(s.a,vec3(.16,.13,.07),.45*smoothstep(.55,.8,fbm(vec3(p.xz*.5,6.)))); }
  else if(m==15){ float wv=fbm(p*vec3(7.))*.65+.35*vn(p*34.); float wear=smoothstep(.30,.52,wv+.12*(fbm(vec3(p.xz*.4,7.))-.5)); vec3 as=vec3(.085)*(.7+.5*fbm(p*38.)); s.a=mix(as,c*(.82+.2*vn(p*50.)),wear); }
  else if(m==16){ float g=fbm(vec3(w.x*2.,w.y*30.,1.)); s.a*=.65+.6*g; }
  else if(m==17){ s.gloss=.5; s.refl=.25; s.a*=.85+.25*fbm(p*8.); }
  else if(m==18){ float g=fbm(p*26.); s.a*=.55+.8*g; s.a*=.7+.5*fbm(p*.6); s.a*=.8+.4*hash(floor(p*22.)); }
  else if(m==19){ float f=fract(w.x*3.3); s.a*=.62+.5*smoothstep(.0,.25,f)*smoothstep(1.,.6,f); s.a*=.8+.3*fbm(vec3(w.x*2.,w.y*.4,1.)); s.a=mix(s.a,vec3(.13,.06,.03),.6*smoothstep(.66,.8,fbm(p*vec3(1.5,.7,1.5)))); s.refl=.08; s.gloss=.3; }
  else { s.a*=.92+.14*vn(p*24.); }
  return s; }
`;
const LIGHT = `
uniform mat4 lm0,lm1; uniform vec4 lp0,lp1; uniform vec3 lc0,lc1; uniform vec4 ls0,ls1; // ls: spot direction + cos cutoff
float pcf(highp sampler2DShadow t,vec3 q){ if(any(lessThan(q.xy,vec2(0.)))||any(greaterThan(q.xy,vec2(1.)))||q.z>1.)return 1.; vec2 px=1./vec2(textureSize(t,0)); float s=0.;
  for(int y=-1;y<=1;y++)for(int x=-1;x<=1;x++)s+=texture(t,vec3(q.xy+vec2(x,y)*px*SOFT,q.z)); return s/9.; }
float tap2(highp sampler2DShadow a,highp sampler2DShadow b,vec3 q){if(any(lessThan(q.xy,vec2(0.)))||any(greaterThan(q.xy,vec2(1.)))||q.z>1.)return 1.;return min(texture(a,q),texture(b,q));}
vec3 lproj(mat4 m,vec3 p){vec4 q=m*vec4(p,1.);return q.w<=0.?vec3(-1.):q.xyz/q.w*.5+.5;}
// returns direction to light and radiance factor
float lit(vec4 lp,vec4 ls,vec3 p,out vec3 d){ if(lp.w<.5){d=lp.xyz;return 1.;} vec3 v=lp.xyz-p;float r=length(v);d=v/r;return 1./(1.+r*r*.06)*smoothstep(ls.w,ls.w+.35,dot(-d,ls.xyz)); }
`;
export const VERT = `precision highp float;precision highp int;precision highp sampler2D;
in vec3 position;in vec3 normal;in vec4 color;in vec2 bone;
uniform mat4 vp;uniform vec2 jit;
#ifdef DYN
uniform sampler2D bones; mat4 bm(sampler2D t){ivec2 q=ivec2(int(bone.x)*4,int(bone.y));return mat4(texelFetch(t,q,0),texelFetch(t,q+ivec2(1,0),0),texelFetch(t,q+ivec2(2,0),0),texelFetch(t,q+ivec2(3,0),0));}
#endif
#ifdef FLOW
uniform sampler2D bones2; out vec4 vC; out vec4 vN;
#endif
invariant gl_Position;
out vec3 vP,vW,vNor;flat out vec4 vCol;flat out float vId;
void main(){vec4 w=vec4(position,1.);vec3 n=normal;
#ifdef DYN
 mat4 b=bm(bones); w=b*w; n=mat3(b)*n; w.y*=MIRROR; n.y*=MIRROR;
#endif
 vW=w.xyz;vNor=n;vP=position;vCol=color;vId=bone.y;
 gl_Position=vp*w; gl_Position.xy+=jit*gl_Position.w;
#ifdef FLOW
 vC=gl_Position; vN=vp*(bm(bones2)*vec4(position,1.));
#endif
}`.replace(/MIRROR/g, 'MIR');
export const FS_DEPTH = `precision highp float;void main(){}`;
// bake: one sky sample and the two key lights; plus albedo
export const FS_BAKE = `precision highp float;precision highp int;precision highp sampler2D;precision highp sampler2DShadow;
#define SOFT 1.0
in vec3 vP,vW,vNor;flat in vec4 vCol;flat in float vId;
layout(location=0) out vec4 o0;layout(location=1) out vec4 o1;layout(location=2) out vec4 o2;layout(location=3) out vec4 o3;
uniform vec3 cam; uniform float wgt; uniform highp sampler2DShadow sm0,sm1,smS; uniform mat4 lmS; uniform vec3 skyD,skyC,amb; uniform vec2 beam;
${SURF}${LIGHT}
void main(){ vec3 n=vNor/max(length(vNor),1e-5); vec3 v=normalize(cam-vW); const int m=MATID; if(m==6&&dot(n,v)<0.)n=-n; if(!gl_FrontFacing&&m!=6)n=n;
 vec3 n0=n;Surf s=surface(m,vP,n,vCol.rgb,vW); n=s.n; vec3 po=vW+n0*.06*sign(dot(n0,v)+.001);
 float sv=pcf(smS,lproj(lmS,po+skyD*.03)); float nl=dot(n,skyD); if(m==6)nl=.35+.65*abs(nl);
 vec3 sky=s.a*(skyC*max(nl,0.)*2.*sv + amb*(.6-.4*n.y));
 vec3 r=reflect(-v,n); float fr=.04+.96*pow(1.-clamp(dot(n,v),0.,1.),5.); if(s.refl>0.)sky+=env(r)*s.refl*fr*(m==12?.25:1.)*mix(.35,1.,sv);
 sky+=s.e; vec3 k[2]; 
 for(int i=0;i<2;i++){ vec3 d; float a=lit(i==0?lp0:lp1,i==0?ls0:ls1,vW,d); float sh=i==0?pcf(sm0,lproj(lm0,po+d*.02)):pcf(sm1,lproj(lm1,po+d*.02));
   float q=dot(n,d); if(m==6)q=.45*max(q,0.)+.4*abs(q)+.1; vec3 h=normalize(d+v); float sp=s.gloss*pow(max(dot(n,h),0.),mix(12.,120.,s.gloss))*.6;
   k[i]=(s.a*max(q,0.)+sp*fr*4.)*(i==0?lc0:lc1)*a*sh; }
 if(!(dot(sky,vec3(1.))<1e4))sky=vec3(.1); o0=vec4(sky,1.)*wgt;o1=vec4(k[0],sv)*wgt;o2=vec4(k[1],1.)*wgt;o3=vec4(s.a,s.refl)*wgt; }`;
export const FS_GBUF = `precision highp float;in vec3 vP,vW,vNor;flat in vec4 vCol;flat in float vId;layout(location=0) out vec4 o0;layout(location=1) out vec4 o1;void main(){o0=vec4(vW,gl_FragCoord.z);o1=vec4(normalize(vNor),vCol.w);}`;
export const QUAD = `precision highp float;in vec3 position;out vec2 uv;void main(){uv=position.xy*.5+.5;gl_Position=vec4(position.xy,0.,1.);}`;
const HEAD = `uniform float expo;uniform vec3 tint;vec3 tm(vec3 x){x*=expo*tint;x=max(x,0.);return pow(clamp((x*(2.51*x+.03))/(x*(2.43*x+.59)+.14),0.,1.),vec3(1./2.2));}
uniform int nh; uniform vec4 hp[8]; uniform vec4 hd[8]; uniform vec3 hc[8];
#ifdef NOC
uniform vec3 oc[2*NOC];
// slab test of the segment p..q against each box: true where one stands between
bool hidden(vec3 p,vec3 q){vec3 inv=1./(q-p+vec3(1e-6));for(int i=0;i<NOC;i++){vec3 t0=(oc[2*i]-p)*inv,t1=(oc[2*i+1]-p)*inv,lo=min(t0,t1),hi=max(t0,t1);float a=max(max(lo.x,lo.y),lo.z),b=min(min(hi.x,hi.y),hi.z);if(max(a,.004)<min(b,.99))return true;}return false;}
#endif
vec3 heads(vec3 p,vec3 n,vec3 a){vec3 s=vec3(0);
#ifdef NH
for(int i=0;i<8;i++){if(i>=nh)break;vec3 v=hp[i].xyz-p;float r=length(v);v/=r;float c=dot(-v,hd[i].xyz);if(c<hd[i].w)continue;
#ifdef NOC
if(hidden(p+n*.03,hp[i].xyz))continue;
#endif
s+=a*hc[i]*max(dot(n,v)+.03,0.)*smoothstep(hd[i].w,hd[i].w+.16,c)/(1.+r*r*hp[i].w);}
#endif
return s;}`;
// background composite: baked light x dynamic shadow masks
export const FS_BG = `precision highp float;precision highp int;precision highp sampler2D;precision highp sampler2DShadow;
#define SOFT 1.4
in vec2 uv;layout(location=0) out vec4 o;uniform highp sampler2DShadow sm0,sm1;uniform sampler2D b0,b1,b2,b3,g0,g1,ao,rfl;uniform vec2 inten;uniform vec3 cam;uniform float mirror;
${LIGHT}${HEAD}
void main(){ vec4 g=texture(g0,uv),gn=texture(g1,uv);vec3 p=g.xyz+gn.xyz*.03; float a=texture(ao,uv).r; vec3 d;
 float s0=1.,s1=1.; vec3 k0=texture(b1,uv).rgb,k1=texture(b2,uv).rgb; if(inten.x>0.&&k0.g>.002)s0=pcf(sm0,lproj(lm0,p)); 
#if NK>1
if(inten.y>0.&&k1.g>.002)s1=pcf(sm1,lproj(lm1,p));
#endif
 vec4 al=texture(b3,uv); vec3 c=texture(b0,uv).rgb*a+k0*inten.x*s0*mix(1.,a,.35)+k1*inten.y*s1*mix(1.,a,.35)+heads(g.xyz,gn.xyz,al.rgb)*a;
 
#ifdef MIRRORED
if(gn.w>11.5&&gn.w<12.5){ vec3 v=normalize(cam-g.xyz);float fr=.04+.96*pow(1.-clamp(v.y,0.,1.),5.);
  vec4 r=vec4(0);float q=0.;for(int j=-2;j<=2;j++)for(int i=-1;i<=1;i++){float ww=exp(-float(i*i)*.7-float(j*j)*.35);r+=ww*texture(rfl,uv+vec2(float(i)*.0016,float(j)*.0042));q+=ww;} r/=q;
  c=mix(c,r.rgb/max(r.a,.001),min(1.,fr*mirror)*r.a*.8); }
#endif
 o=vec4(tm(c),1.);}`;
export const FS_DYN = `precision highp float;precision highp int;precision highp sampler2D;precision highp sampler2DShadow;
#define SOFT 1.0
in vec3 vP,vW,vNor;flat in vec4 vCol;flat in float vId;layout(location=0) out vec4 o;
uniform vec3 cam,skyUp,skyDn;uniform highp sampler2DShadow sm0,sm1,st0,st1;uniform sampler2D g0;uniform vec2 inten,res;uniform float mir;
${SURF}${LIGHT}${HEAD}
void main(){ if(mir>0.){ float gd=texelFetch(g0,ivec2(gl_FragCoord.xy/res*vec2(textureSize(g0,0))),0).w; if(gl_FragCoord.z>gd+2e-6)discard; } else if(vW.y>.0)discard;
 vec3 W3=vW;vec3 n=vNor/max(length(vNor),1e-5);if(mir<0.){W3.y=-W3.y;n.y=-n.y;} vec3 v=normalize(cam-W3);const int m=MATID; if(dot(n,v)<-.15&&m==6)n=-n; vec3 n0=n;Surf s=surface(m,vP,n,vCol.rgb,vP); 
 // perturbed normals live in the actor frame only for amplitude; add the difference in world space
 n=normalize(n+(s.n-n0));
 float hgt=W3.y; float ao=mix(.5,1.,smoothstep(-.05,.9,hgt))*mix(1.,.72,smoothstep(.1,-.8,n.y));
 vec3 sky=mix(skyDn,skyUp,n.y*.5+.5)*ao; vec3 c=s.a*sky+s.e; vec3 r=reflect(-v,n);float fr=.04+.96*pow(1.-clamp(dot(n,v),0.,1.),5.); if(s.refl>0.)c=mix(c,c*.6,fr)+env(r)*s.refl*(fr+.02)*ao;
 vec3 po=W3+n*.03; 
 for(int i=0;i<NK;i++){ float I=i==0?inten.x:inten.y; if(I<=0.)continue; vec3 d;float a=lit(i==0?lp0:lp1,i==0?ls0:ls1,W3,d);float q=dot(n,d); if(m==9||m==10)q=max(q*.9+.1,0.); float sh=0.; if(q>0.){vec3 z=lproj(i==0?lm0:lm1,po+d*.04);sh=i==0?tap2(sm0,st0,z):tap2(sm1,st1,z);}
  vec3 h=normalize(d+v);float sp=s.gloss*pow(max(dot(n,h),0.),mix(12.,220.,s.gloss))*(m==7||m==8?1.6:.5); c+=(s.a*max(q,0.)+sp*max(q,0.))*(i==0?lc0:lc1)*a*sh*I; }
 c+=heads(W3,n,s.a); o=vec4(mir>0.?tm(c):c,1.); }`;
export const FS_FLOW = `precision highp float;precision highp sampler2D;in vec3 vP,vW,vNor;flat in vec4 vCol;flat in float vId;in vec4 vC,vN;layout(location=0) out vec4 o;uniform sampler2D g0;uniform vec2 res,full;
void main(){float gd=texelFetch(g0,ivec2(gl_FragCoord.xy/res*full),0).w;if(gl_FragCoord.z>gd+2e-6)discard;vec2 a=vC.xy/vC.w,b=vN.xy/vN.w;o=vec4((b-a)*.5*full*vec2(1,-1),vId+1.,vC.w);}`;
export const FS_AO = `precision highp float;precision highp sampler2D;in vec2 uv;layout(location=0) out vec4 o;uniform sampler2D g0;uniform vec4 box[96];uniform vec4 hs[96];uniform int nb;
void main(){vec3 p=texture(g0,uv).xyz;float a=1.;for(int i=0;i<96;i++){if(i>=nb)break;vec2 d=p.xz-box[i].xy;if(dot(d,d)>hs[i].w)continue;vec2 q=vec2(d.x*box[i].z-d.y*box[i].w,d.x*box[i].w+d.y*box[i].z);vec2 e=max(abs(q)-hs[i].xy,0.);float y=max(p.y-.3,0.);float dd=length(e)+y*1.5;a*=1.-hs[i].z*exp(-dd*dd*(hs[i].x>.5?9.:26.));}o=vec4(a);}`;
export const FS_POST = `precision highp float;precision highp int;precision highp sampler2D;in vec2 uv;layout(location=0) out vec4 o;uniform sampler2D src,blm;uniform vec2 res;uniform float noise,frame,sat,bloom,vig;
${NOISE}
vec3 S(vec2 u){return texture(src,u).rgb;}
void main(){vec2 u=vec2(uv.x,1.-uv.y),px=1./res;vec3 c=S(u)+bloom*texture(blm,u).rgb;vec3 nb=S(u+px*vec2(1,0))+S(u-px*vec2(1,0))+S(u+px*vec2(0,1))+S(u-px*vec2(0,1));vec3 bl=(nb+c*2.)/6.;
 c=mix(c,bl,.25); float l0=dot(c,vec3(.299,.587,.114)),lb=dot(nb*.25,vec3(.299,.587,.114)); c+=clamp((l0-lb)*.75,-.07,.07);
 float l=dot(c,vec3(.299,.587,.114)); vec3 ch=(bl-dot(bl,vec3(.299,.587,.114))); c=l+ch*sat; 
 vec2 q=uv-.5;c*=1.-vig*dot(q,q);
 vec3 fp=vec3(gl_FragCoord.xy,frame*7.);float n1=hash(fp)+hash(fp+vec3(91.,7.,1.))+hash(fp+vec3(3.,57.,2.))-1.5; float n2=vn(vec3(gl_FragCoord.xy*.5,frame*13.))-.5; float sh=noise*(.55+.9*(1.-l)); c+=n1*sh*.55+n2*sh*.8; float n3=sh*.6*(vn(vec3(gl_FragCoord.xy*.33,frame*5.+2.))-.5);c.r+=n3;c.b-=n3;
 o=vec4(c*.955+.022,1.);}`;
export const FS_BLOOM = `precision highp float;precision highp sampler2D;in vec2 uv;layout(location=0) out vec4 o;uniform sampler2D src;uniform vec2 dir;uniform float thr;void main(){vec3 s=vec3(0);float w=0.;for(int i=-7;i<=7;i++){float k=exp(-float(i*i)/24.);s+=k*min(max(texture(src,uv+dir*float(i)).rgb-thr,0.),vec3(12.));w+=k;}o=vec4(s/w,1.);}`;
export const FS_ADD = `precision highp float;precision highp sampler2D;in vec2 uv;layout(location=0) out vec4 o;uniform sampler2D src;void main(){o=texture(src,uv);}`;

export const FS_PRE = `precision highp float;precision highp sampler2D;in vec3 vW;uniform sampler2D g0;void main(){float gd=texelFetch(g0,ivec2(gl_FragCoord.xy),0).w;if(gl_FragCoord.z>gd+2e-6)discard;}`;
