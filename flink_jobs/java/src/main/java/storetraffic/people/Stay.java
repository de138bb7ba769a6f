package storetraffic.people;

/** One stay of one track in one zone, as the edge closed it. Fields are public for Flink's state. */
public final class Stay {
    public String trackId;
    public String zoneId;
    public String zoneKind;
    public String laneId;
    public String cameraId;
    public long enteredMs;
    public long leftMs;
    public String end;
    public boolean isStaff;

    /** Returns whether this is a stay in a lane's queue or service zone: part of a journey. */
    boolean isAtLane() {
        return laneId != null && ("queue".equals(zoneKind) || "service".equals(zoneKind));
    }

    /** Returns what stays must share to have to do with each other: the lane, or else the zone. */
    String place() {
        return isAtLane() ? "lane/" + laneId : "zone/" + zoneId;
    }
}
