META
key;value
description;Essai
country;France
unit;Essai
instance;2026
num_projects;13
num_votes;18
budget;1000
vote_type;cumulative
rule;greedy
date_begin;01.03.2026
date_end;31.03.2026
currency;EUR
max_length;3
min_length;1
max_points;4
min_sum_points;2
max_sum_points;6
max_sum_cost;600
PROJECTS
project_id;cost;votes;name;latitude;longitude;selected
a;100;;Un;;;
b;200;;Deux;;;
c;500;;Trois;;;
;100;;Sans identifiant;;;
d,e;100;;Une virgule;;;
a;100;;Encore;;;
f;cent;;Pas un montant;;;
g;10.005;;Trop de dÃ©cimales;;;
h;-10;;Moins que rien;;;
i;99999999999999999;;Trop;;;
j;10;beaucoup;Votes;;;
k;10;;Ailleurs;91;0;
l;10;;Un champ de trop;;;;
VOTES
voter_id;vote;points
1;a,b;3,3
2;a,f;1,1
;a;2
1;b;2
3;a,,b;1,1,1
4;a,z;1,1
5;a,a;1,1
6;a,b,f,g;1,1,1,1
7;;
8;a,b;2
9;a,b;2,x
10;a,b;2,-1
11;a;5
12;a,b,f;3,3,3
13;a;1
14;b,c;1,1
15;a
16;"a"b;2
17;ÿ;2
18;b;2.0
